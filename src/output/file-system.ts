import * as promises from "node:fs/promises";
import { OutputError } from "../errors.ts";

/** All that this folder needs of the file system; tests hand in one that fails. */
export type FileSystem = Pick<
  typeof promises,
  "access" | "lstat" | "mkdir" | "open" | "readdir" | "realpath" | "rename" | "rm" | "stat"
>;

export const realFileSystem: FileSystem = promises;

/** What an error of the file system means, and what the reader can do about it. */
const REMEDIES: Readonly<Record<string, readonly [meaning: string, hint: string]>> = {
  ENOSPC: ["the disk is full", "free some space there, or write elsewhere with --out, and run again"],
  EDQUOT: ["the quota of disk space is used up", "free some space there, or write elsewhere with --out, and run again"],
  EIO: ["the disk reports an error", "look at the system's log for the disk, or write elsewhere with --out"],
  EACCES: ["permission denied", "run as a user who may write there, or write elsewhere with --out"],
  EPERM: ["the operation is not permitted", "run as a user who may write there, or write elsewhere with --out"],
  EROFS: ["the file system is read-only", "mount it for writing, or write elsewhere with --out"],
  EMFILE: ["this process has too many files open", "raise the limit of open files (ulimit -n), and run again"],
  ENFILE: ["the system has too many files open", "raise the system's limit of open files, and run again"],
  ENAMETOOLONG: ["the name is too long", "write to a shorter path with --out"],
  ENOTDIR: ["a part of the path is a file, not a folder", "remove or rename that file, or write elsewhere with --out"],
  EISDIR: ["it is a folder", "name a file"],
  ENOENT: ["it is not there", "see that the path is right and that nothing removes it meanwhile"],
  EBUSY: ["something else is using it", "close what uses it, and run again"],
};

/** The code of a Node error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** An error of the file system as one for people. `doing` is a verb: `cannot <doing> <path>: …`. */
export function outputError(error: unknown, doing: string, path: string): OutputError {
  if (error instanceof OutputError) return error;
  const code = errorCode(error);
  const [meaning, hint] = (code !== undefined && REMEDIES[code]) || [
    (error as Error)?.message ?? String(error),
    undefined,
  ];
  const suffix = code === undefined ? "" : ` (${code})`;
  return new OutputError(`cannot ${doing} ${path}: ${meaning}${suffix}`, { cause: error, ...(hint && { hint }) });
}

/** Runs one operation and turns its error into an OutputError. */
export async function attempt<T>(doing: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw outputError(error, doing, path);
  }
}

/** Platforms and network file systems that cannot sync a folder say so in one of these ways; there is nothing to do then. */
const NO_FOLDER_SYNC = new Set(["EINVAL", "EISDIR", "ENOSYS", "ENOTSUP", "EPERM"]);

/** Makes the names in a folder durable. */
export async function syncFolder(fs: FileSystem, path: string): Promise<void> {
  try {
    const handle = await fs.open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!NO_FOLDER_SYNC.has(errorCode(error) ?? "")) throw outputError(error, "sync the folder", path);
  }
}
