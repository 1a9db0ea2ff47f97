import { once } from "node:events";
import type { Writable } from "node:stream";

/** Writes pieces no faster than the reader takes them, so that memory stays flat in front of a slow one. */
export async function printPieces(
  pieces: AsyncIterable<string | Uint8Array>,
  { stdout, signal }: { stdout: Writable; signal: AbortSignal },
): Promise<void> {
  for await (const piece of pieces) {
    if (!stdout.write(piece)) await once(stdout, "drain", { signal });
  }
}
