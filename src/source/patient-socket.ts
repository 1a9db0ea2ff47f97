import { Socket } from "node:net";

type Done = (error?: Error | null) => void;

/** errno values of a write to a peer that is gone; what it sent before it went may still wait to be read. */
const PEER_GONE: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET"]);

/**
 * A socket that hears its peer out. A server that ends a session says why and closes; a write that crosses this fails, and Node then throws
 * away what was not read yet, the reason included. Here such a write is dropped instead: reading goes on to the end, which comes at once.
 */
export class PatientSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, patiently(done));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Done): void {
    super._writev?.(chunks, patiently(done));
  }
}

function patiently(done: Done): Done {
  return (error) => done(error && PEER_GONE.has((error as NodeJS.ErrnoException).code ?? "") ? null : error);
}
