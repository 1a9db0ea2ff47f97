import { constants } from "node:fs";
import { dirname, resolve } from "node:path";
import { attempt, type FileSystem, realFileSystem } from "./file-system.ts";
import { exists } from "./leftovers.ts";

/** The path, or the nearest above it that is there, if only as a link that leads nowhere. @throws OutputError when nobody can look */
export async function nearestThere(path: string, fs: FileSystem = realFileSystem): Promise<string> {
  let nearest = resolve(path);
  while (dirname(nearest) !== nearest && !(await exists(fs, nearest))) nearest = dirname(nearest);
  return nearest;
}

/**
 * Refuses a folder that this user may not write into, or make where it is missing. Makes nothing, and so knows of rights only: a disk that
 * is full is met when something is written.
 *
 * @throws OutputError
 */
export async function checkWritable(folder: string, fs: FileSystem = realFileSystem): Promise<void> {
  const nearest = await nearestThere(folder, fs);
  // By its dot, so that a file is refused, and a link for what it leads to.
  await attempt("write into", nearest, () => fs.access(`${nearest}/.`, constants.W_OK | constants.X_OK));
}
