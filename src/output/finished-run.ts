import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { CheckError, OutputError } from "../errors.ts";
import { writeFileAtomically } from "./atomic-file.ts";
import { errorCode, type FileSystem, outputError, realFileSystem } from "./file-system.ts";
import { makeFolders } from "./make-folders.ts";
import { createManifest, formatManifest, MANIFEST, type Manifest, parseManifest } from "./manifest.ts";

/** A page as it is to be written. */
export interface NewPage {
  /** Relative to the run's folder, parts joined by `/`. */
  path: string;
  text: string;
}

/** A run's folder whose pages are made again. */
export class FinishedRun {
  readonly folder: string;
  readonly #fs: FileSystem;
  #manifest: Manifest;

  constructor(fs: FileSystem, folder: string, manifest: Manifest) {
    this.#fs = fs;
    this.folder = folder;
    this.#manifest = manifest;
  }

  /**
   * A data file of the run, proven to be what the run wrote: a page made from anything else would be given
   * the run's word for it.
   *
   * @throws CheckError when it is not, OutputError when it cannot be read
   */
  async data(path: string): Promise<string> {
    const listed = this.#manifest.files.find((file) => file.path === path);
    if (!listed) {
      throw new CheckError(`${this.folder} has no ${path}`, {
        hint: "a version of this program wrote it that did not make one; run the window again",
      });
    }
    const bytes = await read(this.#fs, join(this.folder, path));
    if (createHash("sha256").update(bytes).digest("hex") !== listed.sha256) {
      throw new CheckError(`${join(this.folder, path)} is not what the run wrote`, {
        hint: "`lineage-report verify` names all that differs; run the window again",
      });
    }
    return bytes.toString("utf8");
  }

  /**
   * Puts the pages into the run's folder, each whole or not at all, and last the manifest, which then
   * lists them. After a crash between the two `verify` names the pages; rendering again mends that.
   *
   * @param note what the manifest's options say of it
   * @throws OutputError when something cannot be written
   */
  async replacePages(pages: Iterable<NewPage>, note: Manifest["options"][string]): Promise<number> {
    const files = new Map(this.#manifest.files.map((file) => [file.path, file]));
    let count = 0;
    for (const { path, text } of pages) {
      const bytes = Buffer.from(text, "utf8");
      files.set(path, { path, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
      await writeFileAtomically(join(this.folder, path), bytes, { fs: this.#fs });
      count++;
    }
    const options = { ...this.#manifest.options, pagesRenderedAgain: note };
    this.#manifest = createManifest({ ...this.#manifest, options }, [...files.values()]);
    await writeFileAtomically(join(this.folder, MANIFEST), formatManifest(this.#manifest), { fs: this.#fs });
    return count;
  }

  /**
   * Writes the pages into another folder, and nothing else; the run stays as it is.
   *
   * @throws OutputError when something cannot be written, or the folder is the run's or inside it
   */
  async writePages(target: string, pages: Iterable<NewPage>): Promise<number> {
    const [own, other] = [resolve(this.folder), resolve(target)];
    if (other === own || other.startsWith(own + sep)) {
      throw new OutputError(`${target} is inside the run's folder, where the manifest lists every file`, {
        hint: "name a folder elsewhere, or leave --out away to replace the run's own pages",
      });
    }
    let count = 0;
    for (const { path, text } of pages) {
      const file = join(other, path);
      await makeFolders(this.#fs, dirname(file), 0o700);
      await writeFileAtomically(file, text, { fs: this.#fs });
      count++;
    }
    return count;
  }
}

/**
 * Opens a run's folder by its manifest.
 *
 * @throws OutputError when it is no run's folder, CheckError when the manifest was edited
 */
export async function openFinishedRun(folder: string, fs: FileSystem = realFileSystem): Promise<FinishedRun> {
  const text = (await read(fs, join(folder, MANIFEST))).toString("utf8");
  const { manifest, problems } = parseManifest(text);
  if (!manifest || problems.length > 0) {
    throw new CheckError(`${join(folder, MANIFEST)} is not what the run wrote: ${problems[0]}`, {
      hint: "run the window again",
    });
  }
  return new FinishedRun(fs, folder, manifest);
}

async function read(fs: FileSystem, path: string): Promise<Buffer> {
  try {
    // No link is followed: a run writes files alone.
    const handle = await fs.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      throw new OutputError(`${path} is not there`, { hint: "name the folder of a finished run", cause: error });
    }
    throw outputError(error, "read", path);
  }
}
