import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { attempt } from "./file-system.ts";
import { nearestThere } from "./writable.ts";

/** What is known of a folder in which nothing was left. */
export interface FolderProbe {
  /** False where it is made by the first run. */
  exists: boolean;
  /** The folder itself, or the nearest above it that is there, in which something was written and removed. */
  tried: string;
  /** Bytes that this user can still write there; undefined where the system does not tell. */
  free: number | undefined;
}

/** Writes into a folder, or where it would be made, and takes it away again. @throws OutputError when that is not possible */
export async function probeFolder(folder: string): Promise<FolderProbe> {
  const target = resolve(folder);
  const tried = await nearestThere(target);
  const own = await attempt("write into", tried, () => mkdtemp(join(tried, ".lineage-report-probe-")));
  try {
    await attempt("write into", tried, () => writeFile(join(own, "probe"), "written, and removed\n", { mode: 0o600 }));
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  const space = await statfs(tried).catch(() => undefined);
  return { exists: tried === target, tried, free: space && space.bavail * space.bsize };
}
