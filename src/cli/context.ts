import type { Readable, Writable } from "node:stream";

/** Everything of the process that a command may touch; only bin.ts reads `process`. */
export interface Context {
  stdin: Readable;
  /** Results only. */
  stdout: Writable & { isTTY?: boolean; columns?: number };
  /** Progress, logs and errors. */
  stderr: Writable & { isTTY?: boolean; columns?: number };
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** The host's clock, milliseconds since the epoch. The database's clock decides wherever rows are judged. */
  now: () => number;
  /** Aborted by SIGINT or SIGTERM. */
  signal: AbortSignal;
  /** What the program runs on, for the report of an internal error: `node v20.20.2, linux x64`. */
  runtime?: string;
}
