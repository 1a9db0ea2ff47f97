import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

/** A server that hangs up on everybody, and knows how often it was asked. */
export interface CountingServer {
  /** As a database's address: whoever connects gets an error for a connection, exit code 5. */
  url: string;
  connections(): number;
  close(): Promise<void>;
}

/** Starts one on a free port of this host: it tells "refused before the server was asked" from "refused although it was". */
export async function startCountingServer(): Promise<CountingServer> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://me@127.0.0.1:${port}/x`,
    connections: () => connections,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
