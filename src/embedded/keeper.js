// Keeps one temporary folder and the programs that run in it: makes the folder, starts what its
// parent asks for, and ends and removes everything as soon as the parent says so or is gone. It is
// a process of its own because only that outlives a parent that was killed outright; it is plain
// JavaScript because the tests start it from src/, where nothing is compiled.
//
// Argument: the path that the folder's name starts with. Over the IPC channel, in:
// { start: { key, command, args, cwd, uid, gid, endSignal } } and { end: true }; out: { folder },
// { key, line }, { key, code, signal } and { key, error }.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a program may take to end by itself before it is killed. */
const PATIENCE_MS = 60_000;

const folder = mkdtempSync(process.argv[2]);
chmodSync(folder, 0o700);
/** @type {Map<string, { child: import("node:child_process").ChildProcess, endSignal: NodeJS.Signals }>} */
const running = new Map();
let ending = false;

function ignoreFailure() {
  // The parent went in this moment, which "disconnect" tells as well.
}

/** @param {object} message */
function tell(message) {
  if (process.connected) process.send?.(message, undefined, undefined, ignoreFailure);
}

/** @param {{ key: string } & import("./keeper.ts").Job} job */
function start({ key, command, args, cwd, uid, gid, endSignal }) {
  // The caller's PG* variables would change what initdb and postgres do, its locale what they print.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name)));
  const child = spawn(command, args, {
    cwd,
    uid,
    gid,
    env: { ...env, LC_ALL: "C" },
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  running.set(key, { child, endSignal });
  child.on("error", (error) => {
    running.delete(key);
    tell({ key, error: error.message });
  });
  child.on("exit", () => running.delete(key));
  child.on("close", (code, signal) => tell({ key, code, signal }));
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) tell({ key, line });
    });
    stream.on("close", () => rest && tell({ key, line: rest }));
  }
}

async function end() {
  if (ending) return;
  ending = true;
  for (const { child, endSignal } of running.values()) child.kill(endSignal);
  const deadline = Date.now() + PATIENCE_MS;
  while (running.size > 0 && Date.now() < deadline) await sleep(5);
  for (const { child } of running.values()) child.kill("SIGKILL");
  while (running.size > 0) await sleep(5);
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.exit(0);
}

process.on("message", (message) => {
  if (ending) return;
  if (message.start) start(message.start);
  if (message.end) end();
});
process.on("disconnect", end);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
tell({ folder });
if (!process.connected) end();
