import { basename, dirname, join, resolve } from "node:path";
import { OutputError } from "../errors.ts";
import { attempt, errorCode, type FileSystem, outputError, realFileSystem, syncFolder } from "./file-system.ts";
import { clearLeftovers } from "./leftovers.ts";
import { ownName } from "./owner.ts";
import { checkWritable } from "./writable.ts";
import { writeWhole } from "./write-queue.ts";

/** A whole text, or its pieces as they come (a stream). */
export type FileContents = string | Uint8Array | AsyncIterable<string | Uint8Array>;

export interface AtomicFileOptions {
  /** Rights of a new file: the owner's alone unless set. A file that is replaced keeps its own. */
  readonly mode?: number;
  readonly fs?: FileSystem;
  /** The host's clock, milliseconds since the epoch; it only judges the age of leftovers. */
  readonly now?: () => number;
}

/**
 * Writes one file that is there whole or not at all: a hidden file beside it, synced, then renamed
 * over the target, and the folder synced. When the contents fail half way the target stays as it
 * was. A link keeps pointing where it does, and the file it points to is replaced; a device or pipe
 * (`/dev/stdout`) cannot be replaced and is written to directly.
 *
 * @throws OutputError when it cannot be written; whatever the contents throw
 */
export async function writeFileAtomically(
  path: string,
  contents: FileContents,
  options: AtomicFileOptions = {},
): Promise<void> {
  const { fs = realFileSystem, mode = 0o600, now = Date.now } = options;
  const { target, standing, final } = await placeOf(fs, path);
  if (standing && !standing.isFile()) return writeTo(fs, target, "w", mode, contents, false);

  const folder = dirname(final);
  await clearLeftovers(fs, folder, now);
  const temporary = join(folder, ownName(basename(final), "tmp"));
  try {
    await writeTo(fs, temporary, "wx", standing ? standing.mode & 0o777 : mode, contents, true);
    await attempt("give its final name to", final, () => fs.rename(temporary, final));
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(fs, folder);
}

/**
 * Refuses a file that `writeFileAtomically` could not write, for whoever has something to do before there is anything to write; makes
 * nothing, and so knows of names and rights only.
 *
 * @throws OutputError
 */
export async function checkFile(path: string, fs: FileSystem = realFileSystem): Promise<void> {
  const { standing, final } = await placeOf(fs, path);
  if (!standing || standing.isFile()) await checkWritable(dirname(final), fs);
}

/** Where a file would be written: what is there, and the name that it gets in the end. @throws OutputError for a folder, and where none is */
async function placeOf(fs: FileSystem, path: string) {
  const target = resolve(path);
  const standing = await statusOf(fs, target);
  if (standing?.isDirectory()) throw new OutputError(`cannot write ${path}: it is a folder`, { hint: "name a file" });
  if (standing) {
    const final = standing.isFile() ? await attempt("write", path, () => fs.realpath(target)) : target;
    return { target, standing, final };
  }
  const folder = dirname(target);
  if ((await statusOf(fs, folder)) === undefined) {
    throw new OutputError(`cannot write ${path}: there is no folder ${folder}`, {
      hint: "make the folder, or name a file elsewhere",
    });
  }
  return { target, standing, final: target };
}

async function statusOf(fs: FileSystem, path: string) {
  try {
    return await fs.stat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw outputError(error, "write", path);
  }
}

async function writeTo(
  fs: FileSystem,
  path: string,
  flags: string,
  mode: number,
  contents: FileContents,
  sync: boolean,
): Promise<void> {
  const handle = await attempt("write", path, () => fs.open(path, flags, mode));
  try {
    for await (const piece of pieces(contents)) {
      const bytes = typeof piece === "string" ? Buffer.from(piece, "utf8") : piece;
      await attempt("write", path, () => writeWhole(handle, bytes));
    }
    if (sync) await attempt("sync", path, () => handle.sync());
  } finally {
    await attempt("close", path, () => handle.close());
  }
}

function pieces(contents: FileContents): AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array> {
  return typeof contents === "string" || contents instanceof Uint8Array ? [contents] : contents;
}
