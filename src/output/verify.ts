import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { join } from "node:path";
import { InterruptedError, OutputError } from "../errors.ts";
import { RecordCounter } from "./csv-rows.ts";
import { attempt, errorCode, type FileSystem, outputError, realFileSystem } from "./file-system.ts";
import { MANIFEST, type ManifestFile, parseManifest } from "./manifest.ts";
import { isInsidePath } from "./paths.ts";

/**
 * - `manifest`: manifest.json is missing, broken or was edited
 * - `missing`, `added`: a file that is listed and not there, or there and not listed (empty folders too)
 * - `truncated`: a CSV file that lost rows at its end, or a file that is empty and should not be
 * - `changed`: any other difference in bytes
 * - `rows`: the bytes are as listed and the count of rows is not
 * - `unreadable`: it is there and cannot be read
 * - `special`: a symbolic link, a device or the like, where a run writes files and folders alone
 */
export type FaultKind = "manifest" | "missing" | "added" | "truncated" | "changed" | "rows" | "unreadable" | "special";

/** One difference between a run's folder and its manifest. */
export interface Fault {
  /** The path in the folder. */
  readonly path: string;
  readonly fault: FaultKind;
  /** What was expected and what was found. */
  readonly message: string;
}

/** What verifyFolder found; `files`, `bytes` and `rows` are what was read. */
export interface Verification {
  readonly ok: boolean;
  readonly faults: readonly Fault[];
  readonly files: number;
  readonly bytes: number;
  readonly rows: number;
}

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  readonly fs?: FileSystem;
}

/**
 * Compares a run's folder with its manifest, as pg_verifybackup does: the manifest's own checksum
 * first, then missing and added files, then sizes, rows and hashes. Reads every byte once, through
 * one buffer, and names every fault instead of stopping at the first.
 *
 * @throws OutputError when the folder is not there; InterruptedError when the signal fires
 */
export async function verifyFolder(folder: string, options: VerifyOptions = {}): Promise<Verification> {
  const { fs = realFileSystem, signal } = options;
  const status = await attempt("verify", folder, () => fs.stat(folder));
  if (!status.isDirectory()) {
    throw new OutputError(`cannot verify ${folder}: it is not a folder`, { hint: "name the folder of a run" });
  }
  const { listed, faults } = await readManifest(fs, folder);
  if (!listed) return { ok: false, faults, files: 0, bytes: 0, rows: 0 };

  const found = await walk(fs, folder);
  for (const fault of found.faults) faults.push(fault);
  for (const path of found.files) if (!listed.has(path) && path !== MANIFEST) faults.push(added(path, "file"));
  for (const path of found.emptyFolders) faults.push(added(path, "empty folder"));

  const present = new Set(found.files);
  const named = new Set(found.faults.map(({ path }) => path));
  const hashes = new Map([...listed.values()].map((file) => [file.sha256, file.path]));
  const reader = new Reader(fs, folder);
  let files = 0;
  let bytes = 0;
  let rows = 0;
  for (const file of listed.values()) {
    if (signal?.aborted) throw new InterruptedError(`verifying ${folder} was interrupted`);
    if (!present.has(file.path)) {
      if (!named.has(file.path))
        faults.push({ path: file.path, fault: "missing", message: `missing: expected ${describe(file)}` });
      continue;
    }
    const contents = await reader.read(file.path, file.rows !== undefined);
    if ("fault" in contents) {
      faults.push(contents);
      continue;
    }
    files++;
    bytes += contents.bytes;
    rows += contents.rows ?? 0;
    const fault = compare(file, contents, hashes);
    if (fault) faults.push(fault);
  }
  faults.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { ok: faults.length === 0, faults, files, bytes, rows };
}

interface Listed {
  readonly listed: ReadonlyMap<string, ManifestFile> | undefined;
  readonly faults: Fault[];
}

async function readManifest(fs: FileSystem, folder: string): Promise<Listed> {
  const fault = (message: string): Fault => ({ path: MANIFEST, fault: "manifest", message });
  let text: string;
  try {
    const handle = await fs.open(join(folder, MANIFEST), READ);
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      return { listed: undefined, faults: [fault("there is no manifest.json, so this is no finished run")] };
    }
    if (errorCode(error) === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      return { listed: undefined, faults: [fault("manifest.json was changed: it is not UTF-8")] };
    }
    const message = outputError(error, "read", join(folder, MANIFEST)).message;
    return { listed: undefined, faults: [{ path: MANIFEST, fault: "unreadable", message }] };
  }
  const { manifest, problems } = parseManifest(text);
  const faults = problems.map((problem) => fault(`manifest.json was changed: ${problem}`));
  if (!manifest) return { listed: undefined, faults };
  const listed = new Map<string, ManifestFile>();
  for (const file of manifest.files) {
    if (!isInsidePath(file.path))
      faults.push(fault(`manifest.json lists ${JSON.stringify(file.path)}, which is no path in the folder`));
    else if (listed.has(file.path)) faults.push(fault(`manifest.json lists ${file.path} twice`));
    else listed.set(file.path, file);
  }
  return { listed, faults };
}

function added(path: string, what: string): Fault {
  return { path, fault: "added", message: `added: this ${what} is not in the manifest` };
}

interface Found {
  readonly files: string[];
  readonly emptyFolders: string[];
  readonly faults: Fault[];
}

/** All that is in the folder. Links are named and never followed. */
async function walk(fs: FileSystem, folder: string): Promise<Found> {
  const found: Found = { files: [], emptyFolders: [], faults: [] };
  const folders = [""];
  for (let inside = folders.pop(); inside !== undefined; inside = folders.pop()) {
    const prefix = inside === "" ? "" : `${inside}/`;
    let entries: Awaited<ReturnType<typeof readEntries>>;
    try {
      entries = await readEntries(fs, join(folder, inside));
    } catch (error) {
      const message = outputError(error, "read the folder", join(folder, inside)).message;
      found.faults.push({ path: inside, fault: "unreadable", message });
      continue;
    }
    if (entries.length === 0 && inside !== "") found.emptyFolders.push(inside);
    for (const entry of entries) {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) found.files.push(path);
      else {
        const what = entry.isSymbolicLink() ? "a symbolic link" : "neither a file nor a folder";
        found.faults.push({ path, fault: "special", message: `this is ${what}, which no run writes` });
      }
    }
  }
  return found;
}

function readEntries(fs: FileSystem, path: string) {
  return fs.readdir(path, { withFileTypes: true });
}

/** A link that takes a file's place between the look and the opening is not followed, where the system can tell. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

interface Contents {
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number | undefined;
  readonly atRowEnd: boolean;
}

class Reader {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #buffer = Buffer.allocUnsafeSlow(256 * 1024);

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  async read(path: string, csv: boolean): Promise<Contents | Fault> {
    const absolute = join(this.#folder, ...path.split("/"));
    try {
      const handle = await this.#fs.open(absolute, READ);
      try {
        return await this.#digest(handle, csv);
      } finally {
        await handle.close();
      }
    } catch (error) {
      return { path, fault: "unreadable", message: outputError(error, "read", absolute).message };
    }
  }

  async #digest(handle: Awaited<ReturnType<FileSystem["open"]>>, csv: boolean): Promise<Contents> {
    const hash = createHash("sha256");
    const counter = new RecordCounter();
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await handle.read(this.#buffer, 0, this.#buffer.byteLength, null);
      if (bytesRead === 0) break;
      const piece = this.#buffer.subarray(0, bytesRead);
      hash.update(piece);
      if (csv) counter.add(piece);
      bytes += bytesRead;
    }
    return {
      bytes,
      sha256: hash.digest("hex"),
      rows: csv ? counter.rows : undefined,
      atRowEnd: csv && counter.atRowEnd,
    };
  }
}

function compare(file: ManifestFile, contents: Contents, hashes: ReadonlyMap<string, string>): Fault | undefined {
  const same = contents.bytes === file.bytes && contents.sha256 === file.sha256;
  if (same && contents.rows === file.rows) return undefined;
  const difference = `expected ${describe(file)}, found ${describe(contents)}`;
  const other = hashes.get(contents.sha256);
  if (same) return { path: file.path, fault: "rows", message: `the manifest's rows are wrong: ${difference}` };
  if (contents.bytes > 0 && other !== undefined && other !== file.path) {
    return { path: file.path, fault: "changed", message: `changed: it holds what ${other} should: ${difference}` };
  }
  const cut = contents.atRowEnd && (contents.rows ?? 0) < (file.rows ?? 0);
  if (contents.bytes < file.bytes && (contents.bytes === 0 || cut)) {
    return { path: file.path, fault: "truncated", message: `truncated: ${difference}` };
  }
  return { path: file.path, fault: "changed", message: `changed: ${difference}` };
}

function describe({ rows, bytes, sha256 }: Pick<ManifestFile, "rows" | "bytes" | "sha256">): string {
  const count = rows === undefined ? "" : `${rows} ${rows === 1 ? "row" : "rows"}, `;
  return `${count}${bytes} ${bytes === 1 ? "byte" : "bytes"}, sha256 ${sha256}`;
}
