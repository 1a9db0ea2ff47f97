import { dirname, resolve } from "node:path";
import { attempt, errorCode, type FileSystem, syncFolder } from "./file-system.ts";
import { exists } from "./leftovers.ts";

/**
 * Makes a folder and those above it that are missing, one by one from the top, and makes their names durable. Not by the `recursive` of
 * mkdir: where the system answers that nothing is there although the folder above is (as below /proc), Node 20 asks again for ever, and
 * takes all the memory that there is.
 *
 * @throws OutputError
 */
export async function makeFolders(fs: FileSystem, path: string, mode: number): Promise<void> {
  const missing: string[] = [];
  for (let at = resolve(path); dirname(at) !== at && !(await exists(fs, at)); at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    await attempt("create the folder", folder, () => makeUnlessMade(fs, folder, mode));
    await syncFolder(fs, dirname(folder));
  }
}

/** Two runs may begin at once; who comes second finds it made. */
async function makeUnlessMade(fs: FileSystem, folder: string, mode: number): Promise<void> {
  try {
    await fs.mkdir(folder, { mode });
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}
