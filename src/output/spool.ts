import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A stream's bytes in a file that only this user can read. */
export interface Spooled {
  path: string;
  remove(): Promise<void>;
}

/**
 * Keeps what comes through a stream in a temporary file, so that it can be read more than once and does not fill the memory.
 *
 * @param name the file's own name
 * @throws what reading or writing throws; then nothing is left
 */
export async function spool(stream: Readable, name: string): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), "lineage-report-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, name);
    await pipeline(stream, createWriteStream(path, { flags: "wx", mode: 0o600 }));
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
