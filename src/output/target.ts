import { dirname, resolve } from "node:path";
import { OutputError } from "../errors.ts";
import { attempt, type FileSystem, realFileSystem } from "./file-system.ts";
import { exists } from "./leftovers.ts";
import { MANIFEST } from "./manifest.ts";
import { checkWritable } from "./writable.ts";

/**
 * Refuses what `openRunFolder` would refuse, for whoever has something to do before it; makes nothing.
 *
 * @throws OutputError when the name cannot be taken, or this user may not write where it is
 */
export async function checkRunFolder(target: string, force: boolean): Promise<void> {
  await checkTarget(target, force);
  await checkWritable(dirname(resolve(target)));
}

/**
 * Refuses a name that a run's folder cannot take. Only a run's folder, or an empty one, is ever replaced: `--force` in a wrong place must not cost anyone's files.
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
