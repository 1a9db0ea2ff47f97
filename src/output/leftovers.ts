import { join } from "node:path";
import { attempt, errorCode, type FileSystem, outputError, syncFolder } from "./file-system.ts";
import { type Owned, ownerState, parseOwned } from "./owner.ts";

/** No run is silent for so long: what another host left is taken for dead after it. */
const SILENT_MILLIS = 6 * 3_600_000;

/** Between the two renames of a replacement lie microseconds; what another host left there for a minute is a crash. */
const REPLACING_MILLIS = 60_000;

/**
 * Clears what killed runs left in a folder, and puts back a run that was moved aside when the
 * process died before its successor took the name. Never touches a live process's work, nor
 * anything that does not carry our kind of name. Where nothing can be known of the owner (another
 * host or container), age decides.
 */
export async function clearLeftovers(fs: FileSystem, folder: string, now: () => number): Promise<void> {
  const owned = (await namesIn(fs, folder)).map(parseOwned).filter((entry) => entry !== undefined);
  for (const aside of owned.filter(({ kind }) => kind === "old")) {
    const target = join(folder, aside.of);
    if (await exists(fs, target)) continue;
    if (!(await isLeft(fs, folder, aside, REPLACING_MILLIS, now))) continue;
    await moveIfThere(fs, join(folder, aside.name), target);
    await syncFolder(fs, folder);
  }
  for (const entry of owned) {
    if (!(await isLeft(fs, folder, entry, SILENT_MILLIS, now))) continue;
    await remove(fs, join(folder, entry.name));
  }
}

/** What another user left may not be ours to remove; that is no reason to stop. */
async function remove(fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (!["EACCES", "EPERM"].includes(errorCode(error) ?? "")) throw outputError(error, "clear away", path);
  }
}

async function namesIn(fs: FileSystem, folder: string): Promise<string[]> {
  return attempt("read the folder", folder, () => fs.readdir(folder));
}

async function isLeft(
  fs: FileSystem,
  folder: string,
  owned: Owned,
  silent: number,
  now: () => number,
): Promise<boolean> {
  const state = ownerState(owned);
  if (state !== "unknown") return state === "dead";
  const changed = await lastChange(fs, join(folder, owned.name));
  return changed !== undefined && now() - changed > silent;
}

/** The latest change in a file or tree, in milliseconds since the epoch; undefined when it is gone or cannot be read. */
async function lastChange(fs: FileSystem, path: string): Promise<number | undefined> {
  try {
    const status = await fs.lstat(path);
    let latest = status.ctimeMs;
    if (!status.isDirectory()) return latest;
    for (const name of await fs.readdir(path)) {
      latest = Math.max(latest, (await lastChange(fs, join(path, name))) ?? latest);
    }
    return latest;
  } catch {
    return undefined;
  }
}

/** Another process may repair the same folder at the same time; who comes second finds nothing to do. */
async function moveIfThere(fs: FileSystem, from: string, to: string): Promise<void> {
  try {
    await fs.rename(from, to);
  } catch (error) {
    const code = errorCode(error) ?? "";
    if (!["ENOENT", "ENOTEMPTY", "EEXIST", "EACCES", "EPERM"].includes(code)) throw outputError(error, "put back", to);
  }
}

/** Whether a name is taken, by a link that leads nowhere too. */
export async function exists(fs: FileSystem, path: string): Promise<boolean> {
  try {
    await fs.lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw outputError(error, "look at", path);
  }
}
