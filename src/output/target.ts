import { resolve } from "node:path";
import { OutputError } from "../errors.ts";
import { attempt, type FileSystem, realFileSystem } from "./file-system.ts";
import { exists } from "./leftovers.ts";
import { MANIFEST } from "./manifest.ts";

/**
 * Refuses a name that a run's folder cannot take; makes and changes nothing, so that it can be asked before anything is begun. Only a
 * run's folder, or an empty one, is ever replaced: `--force` in a wrong place must not cost anyone's files.
 *
 * @throws OutputError when the name is taken and `force` is not set, when what has it is no run's folder, or when nobody can look
 */
export async function checkTarget(target: string, force: boolean, fs: FileSystem = realFileSystem): Promise<void> {
  const path = resolve(target);
  if (!(await exists(fs, path))) return;
  if (!force) throw taken(path);
  const status = await attempt("look at", path, () => fs.lstat(path));
  const names = status.isDirectory() ? await attempt("read the folder", path, () => fs.readdir(path)) : undefined;
  if (names && (names.length === 0 || names.includes(MANIFEST))) return;
  throw new OutputError(`${path} is not a run's folder, so --force does not replace it`, {
    hint: "move it away yourself, or write elsewhere with --out",
  });
}

/** The error for a name that is taken: by then, or by somebody who was faster. */
export function taken(path: string): OutputError {
  return new OutputError(`${path} exists already`, {
    hint: "the run was made before; --force replaces it, --out writes elsewhere",
  });
}
