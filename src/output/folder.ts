import { basename, dirname, join, resolve } from "node:path";
import { OutputError } from "../errors.ts";
import type { Column } from "./csv.ts";
import { attempt, errorCode, type FileSystem, outputError, realFileSystem, syncFolder } from "./file-system.ts";
import { CsvFiles, type CsvSink } from "./files.ts";
import { clearLeftovers, exists } from "./leftovers.ts";
import { makeFolders } from "./make-folders.ts";
import { createManifest, formatManifest, MANIFEST, type Manifest, type ManifestHead } from "./manifest.ts";
import { ownName } from "./owner.ts";
import { checkPath } from "./paths.ts";
import { checkTarget, taken } from "./target.ts";
import { type QueuedFile, WriteQueue } from "./write-queue.ts";

export interface RunFolderOptions {
  /** Replace a run that stands under the name already. */
  readonly force: boolean;
  /** Rights of what is written: the owner's alone unless set. */
  readonly modes?: { readonly file: number; readonly folder: number };
  /** Bytes of rows and pages held in memory for all files together; half of it waits for the disk. */
  readonly memory?: number;
  readonly fs?: FileSystem;
  /** The host's clock, milliseconds since the epoch; it only judges the age of leftovers. */
  readonly now?: () => number;
  /** Once it is aborted, whoever hands over more to write gets its reason, so that a long loop ends in the middle. */
  readonly signal?: AbortSignal;
}

const PRIVATE = { file: 0o600, folder: 0o700 };
const MEMORY = 8 * 1024 * 1024;
const PIECE = 64 * 1024;

/** libuv works on four files at a time; a few more keep it busy while this thread encodes. */
const WRITERS = 8;

/** Files that stay open between their pieces. */
const KEPT = 56;

/** The name must leave room for the owner's mark in the names beside it. */
const LONGEST_NAME = 150;

/**
 * Starts a run's folder that appears whole or not at all: everything is written into a hidden
 * folder beside the target, which `publish` renames. First clears what killed runs left in the
 * same parent. Creates missing parents.
 *
 * @throws OutputError when the target exists (and `force` is not set, or it is no run's folder),
 * or cannot be written
 */
export async function openRunFolder(target: string, options: RunFolderOptions): Promise<RunFolder> {
  const { fs = realFileSystem, now = Date.now, modes = PRIVATE, memory = MEMORY, force, signal } = options;
  const path = resolve(target);
  const name = basename(path);
  const parent = dirname(path);
  if (name === "" || Buffer.byteLength(name) > LONGEST_NAME) {
    throw new OutputError(`${JSON.stringify(name)} cannot be the name of a run's folder`, {
      hint: `name a folder of at most ${LONGEST_NAME} bytes`,
    });
  }
  await makeFolders(fs, parent, modes.folder);
  await clearLeftovers(fs, parent, now);
  await checkTarget(path, force, fs);
  const temporary = join(parent, ownName(name, "tmp"));
  await attempt("write into", parent, () => fs.mkdir(temporary, { mode: modes.folder }));
  return new RunFolder({ fs, path, temporary, modes, memory, force, signal });
}

interface Setting {
  readonly fs: FileSystem;
  readonly path: string;
  readonly temporary: string;
  readonly modes: { readonly file: number; readonly folder: number };
  readonly memory: number;
  readonly force: boolean;
  readonly signal: AbortSignal | undefined;
}

/** A run's folder in the making. Exactly one of `publish` and `abort` ends it. */
export class RunFolder {
  /** The final path. */
  readonly target: string;
  /** Where the files are until then. */
  readonly temporary: string;
  readonly #setting: Setting;
  readonly #queue: WriteQueue;
  readonly #csv: CsvFiles;
  readonly #files: { readonly path: string; readonly file: QueuedFile }[] = [];
  readonly #paths = new Set<string>();
  #state: "open" | "published" | "aborted" = "open";

  constructor(setting: Setting) {
    this.target = setting.path;
    this.temporary = setting.temporary;
    this.#setting = setting;
    this.#queue = new WriteQueue(
      setting.fs,
      { inFlight: setting.memory / 2, writers: WRITERS, kept: KEPT },
      setting.modes,
      setting.signal,
    );
    this.#csv = new CsvFiles(this.#queue, setting.memory / 2);
  }

  /**
   * A CSV file; it has its header even when no row follows. Pass the same `columns` array for files
   * of the same kind: they then share one formatter.
   */
  csv(path: string, columns: readonly Column[]): CsvSink {
    return this.#csv.open(path, this.#claim(path), columns);
  }

  /**
   * A page or data file, whole or in pieces. Await what it returns when it returns something; errors come back from `publish` at the
   * latest.
   */
  file(path: string, contents: string | Uint8Array | Iterable<string>): Promise<void> | undefined {
    const file = this.#queue.declare(this.#claim(path));
    this.#files.push({ path, file });
    if (typeof contents === "string") this.#queue.append(file, Buffer.from(contents, "utf8"));
    else if (contents instanceof Uint8Array) this.#queue.append(file, contents);
    else for (const piece of gathered(contents)) this.#queue.append(file, Buffer.from(piece, "utf8"));
    this.#queue.end(file);
    return this.#queue.pressure();
  }

  /**
   * Syncs every file, the manifest last, then every folder, renames the folder to its final name
   * and syncs the parent. After an error nothing is published, and `abort` is still to be called.
   *
   * Replacing a run takes two renames, since Node cannot exchange two folders in one step: the old
   * one is moved aside, the new one takes the name, the old one is removed. Between the two the
   * name is missing for some microseconds; a reader never sees half of either. A crash just there
   * leaves the old run aside, and the next run in the same parent puts it back.
   */
  async publish(head: ManifestHead): Promise<Manifest> {
    this.#checkOpen();
    const { fs, temporary } = this.#setting;
    this.#csv.end();
    await this.#queue.idle();
    const manifest = createManifest(head, [
      ...this.#csv.written(),
      ...this.#files.map((entry) => ({
        path: entry.path,
        bytes: entry.file.bytes,
        sha256: entry.file.hash.digest("hex"),
      })),
    ]);
    const last = this.#queue.declare(join(temporary, MANIFEST));
    this.#queue.append(last, Buffer.from(formatManifest(manifest), "utf8"));
    this.#queue.end(last);
    await this.#queue.idle();
    for (const folder of withAncestors(this.#queue.folders(), temporary)) await syncFolder(fs, folder);
    await this.#takeName();
    return manifest;
  }

  /** Removes all that was written. Does nothing after `publish`, so it may stand in a `finally`. */
  async abort(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "aborted";
    await this.#queue.stop(new OutputError(`writing ${this.target} was given up`));
    const { fs, temporary } = this.#setting;
    await attempt("remove", temporary, () => fs.rm(temporary, { recursive: true, force: true, maxRetries: 3 }));
  }

  #checkOpen(): void {
    if (this.#state !== "open") throw new Error(`the folder ${this.target} is ${this.#state} already`);
  }

  #claim(path: string): string {
    this.#checkOpen();
    checkPath(path);
    if (this.#paths.has(path)) throw new Error(`the file ${path} is written twice`);
    this.#paths.add(path);
    return join(this.temporary, ...path.split("/"));
  }

  async #takeName(): Promise<void> {
    const { fs, path, force } = this.#setting;
    if (!(await exists(fs, path))) {
      await this.#rename();
      return syncFolder(fs, dirname(path));
    }
    await checkTarget(path, force, fs);
    const aside = join(dirname(path), ownName(basename(path), "old"));
    await attempt("move aside", path, () => fs.rename(path, aside));
    try {
      await this.#rename();
    } catch (error) {
      await fs.rename(aside, path).catch(() => undefined);
      throw error;
    }
    // Not before the new name is durable; and an old run that cannot be removed is a leftover for the next run.
    await syncFolder(fs, dirname(path));
    await fs.rm(aside, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }

  async #rename(): Promise<void> {
    const { fs, path, temporary } = this.#setting;
    try {
      await fs.rename(temporary, path);
    } catch (error) {
      if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(errorCode(error) ?? "")) throw taken(path);
      throw outputError(error, "give its final name to", path);
    }
    this.#state = "published";
  }
}

/** Folders and those between them and the root, deepest first, the root last. */
function withAncestors(folders: readonly string[], root: string): string[] {
  const all = new Set([root]);
  for (const folder of folders) {
    for (let path = folder; path.length > root.length; path = dirname(path)) all.add(path);
  }
  return [...all].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}

/** Small pieces as some larger ones: each is a write of its own. */
function* gathered(pieces: Iterable<string>): Generator<string> {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length < PIECE) continue;
    yield text;
    text = "";
  }
  yield text;
}
