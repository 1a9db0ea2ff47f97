import { type ChildProcess, fork } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { OutputError } from "../errors.ts";
import { packageRoot } from "../package.ts";

/** A program that the keeper is to run; `uid` and `gid` only when the keeper is root. */
export interface Job {
  command: string;
  args: string[];
  cwd: string;
  uid?: number;
  gid?: number;
  /** What ends it quickest without harm. */
  endSignal: NodeJS.Signals;
}

/** How a program ended. `error` is set if it could not be started at all. */
export interface Ending {
  code: number | null;
  signal: string | null;
  error?: string;
}

export interface Running {
  /** Settles when the program has ended and all its output was read; never rejects. */
  ended: Promise<Ending>;
}

/** The parent's side of src/embedded/keeper.js. */
export interface Keeper {
  /** The temporary folder, which only its owner can enter. */
  folder: string;
  pid: number;
  start(job: Job, onLine: (line: string) => void): Running;
  /** From here on the keeper does not hold the parent's event loop open. */
  release(): void;
  /** Ends the programs and removes the folder. May be called again. */
  end(): Promise<void>;
}

type Message =
  | { folder: string }
  | { key: string; line: string }
  | { key: string; error: string }
  | { key: string; code: number | null; signal: string | null };

/**
 * Starts a keeper. It is detached, so that a Ctrl-C on the terminal does not end it in the middle
 * of its work.
 * @param temporary the folder to make the temporary folder in
 * @throws OutputError if the folder cannot be made
 */
export async function startKeeper(temporary: string): Promise<Keeper> {
  const child = fork(join(packageRoot, "src", "embedded", "keeper.js"), [join(temporary, "lineage-report-postgres-")], {
    detached: true,
    execArgv: [],
    cwd: temporary,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const jobs = new Map<string, { onLine: (line: string) => void; ended: (ending: Ending) => void }>();
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const folder = await madeFolder(child, temporary);

  child.on("message", (message: Message) => {
    const job = "key" in message ? jobs.get(message.key) : undefined;
    if (!job) return;
    if ("line" in message) job.onLine(message.line);
    else if ("error" in message) job.ended({ code: null, signal: null, error: message.error });
    else if ("code" in message) job.ended({ code: message.code, signal: message.signal });
  });
  child.once("exit", () => {
    for (const job of jobs.values()) job.ended({ code: null, signal: null, error: "its keeper is gone" });
  });

  return {
    folder,
    pid: child.pid ?? 0,
    start(job, onLine) {
      const key = String(jobs.size);
      const ended = new Promise<Ending>((resolve) => jobs.set(key, { onLine, ended: resolve }));
      child.send({ start: { key, ...job } });
      return { ended };
    },
    release() {
      child.unref();
      child.channel?.unref();
    },
    async end() {
      child.ref();
      if (child.connected) child.send({ end: true }, () => undefined);
      await exited;
      // Only if somebody killed the keeper is there still something; Postgres ends by itself
      // within a minute when its folder is gone.
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function madeFolder(child: ChildProcess, temporary: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint += text;
    });
    const fail = (cause?: unknown) =>
      reject(
        new OutputError(`no temporary folder could be made in ${temporary}${reasonOf(complaint)}`, {
          hint: "set TMPDIR to a folder that can be written, with 100 MB free",
          cause,
        }),
      );
    child.once("error", fail);
    child.once("exit", () => fail());
    child.once("message", (message: { folder: string }) => {
      child.stderr?.destroy();
      resolve(message.folder);
    });
  });
}

function reasonOf(complaint: string): string {
  const reason = /^Error: (.+)$/m.exec(complaint)?.[1];
  return reason ? `: ${reason}` : "";
}
