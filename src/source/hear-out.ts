import type { Socket } from "node:net";

type Done = (error?: Error | null) => void;

/** errno values of a write to a peer that is gone; what it sent before it went may still wait to be read. */
const PEER_GONE: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET"]);

/**
 * Makes a socket, encrypted or not, hear its peer out. A server that ends a session says why and closes; a write that crosses this fails, and Node
 * then throws away what was not read yet, the reason included. From now on such a write is dropped instead: reading goes on to the end, which
 * comes at once.
 */
export function hearOut(socket: Socket): void {
  const write = socket._write.bind(socket);
  const writev = socket._writev?.bind(socket);
  socket._write = (chunk: unknown, encoding: BufferEncoding, done: Done) => write(chunk, encoding, patiently(done));
  if (writev) socket._writev = (chunks, done: Done) => writev(chunks, patiently(done));
}

function patiently(done: Done): Done {
  return (error) => done(error && PEER_GONE.has((error as NodeJS.ErrnoException).code ?? "") ? null : error);
}
