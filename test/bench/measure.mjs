import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const USAGE = new URL("usage.mjs", import.meta.url).href;
const PROGRAM = fileURLToPath(new URL("../../dist/bin.js", import.meta.url));

/**
 * Runs a command to its end. Standard output goes to a file or nowhere, without a process between that would work too. CPU time
 * is what the system counts for ended children (Linux); a Node program says it itself, and its peak memory.
 */
export async function runCommand(command, args, { env = {}, stdout } = {}) {
  const file = stdout === undefined ? undefined : await open(stdout, "w");
  const before = childSeconds();
  const started = process.hrtime.bigint();
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", file?.fd ?? "ignore", "pipe", "pipe"],
  });
  const messages = [];
  const usage = [];
  child.stderr.on("data", (chunk) => messages.push(chunk));
  child.stdio[3].on("data", (chunk) => usage.push(chunk));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const after = childSeconds();
  await file?.close();
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}: ${Buffer.concat(messages)}`);
  const counted = before === undefined || after === undefined ? {} : { cpuSeconds: after - before };
  return { seconds, ...counted, ...(usage.length > 0 ? JSON.parse(Buffer.concat(usage).toString()) : {}) };
}

/** Runs a Node script in a process of its own, with its CPU time and peak memory. */
export function runNode(script, args, options = {}) {
  return runCommand(process.execPath, ["--import", USAGE, ...(options.flags ?? []), script, ...args], options);
}

/** Runs the program as somebody would. */
export function runProgram(url, args, options = {}) {
  return runNode(PROGRAM, args, { ...options, env: { DATABASE_URL: url } });
}

/** CPU seconds of the server and its ended sessions so far, where the system tells (Linux); undefined elsewhere. */
function serverSeconds(pid) {
  return countedSeconds(pid, 11);
}

/** The same of the bench's own ended children. */
function childSeconds() {
  return countedSeconds("self", 13);
}

/** User and system time of a process from field `first` on, those of its ended children last, in /proc's hundredths. */
function countedSeconds(pid, first) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields.slice(first, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  } catch {
    return undefined;
  }
}

/**
 * Measures variants in turn, so that what else the machine does falls on all of them alike, and
 * takes the medians.
 *
 * @param variants by name, functions that do the work and resolve with what they measured
 */
export async function alternate(server, variants, repeat, log) {
  const taken = new Map(Object.keys(variants).map((name) => [name, []]));
  for (let round = 1; round <= repeat; round++) {
    for (const [name, work] of Object.entries(variants)) {
      const before = serverSeconds(server.pids.server);
      const measured = await work();
      // A session's time counts once the server has noticed its end.
      await sleep(200);
      const after = serverSeconds(server.pids.server);
      if (before !== undefined && after !== undefined) measured.serverCpuSeconds = after - before;
      taken.get(name).push(measured);
      log(`${round}/${repeat} ${name}: ${describe(measured)}`);
    }
  }
  return Object.fromEntries([...taken].map(([name, runs]) => [name, medians(runs)]));
}

function medians(runs) {
  const result = {};
  for (const key of Object.keys(runs[0])) {
    const values = runs.map((run) => run[key]).sort((a, b) => a - b);
    result[key] = round(values[Math.floor((values.length - 1) / 2)]);
  }
  return { ...result, runs: runs.length };
}

export function round(value) {
  return Math.round(value * 1000) / 1000;
}

export function describe({ seconds, cpuSeconds, serverCpuSeconds, peakMegabytes }) {
  const parts = [`${seconds.toFixed(2)} s`];
  if (cpuSeconds !== undefined) parts.push(`${cpuSeconds.toFixed(2)} s CPU`);
  if (serverCpuSeconds !== undefined) parts.push(`server ${serverCpuSeconds.toFixed(2)} s CPU`);
  if (peakMegabytes !== undefined) parts.push(`${peakMegabytes.toFixed(0)} MB`);
  return parts.join(", ");
}

/** The time of work inside this process. */
export async function timed(work) {
  const started = process.hrtime.bigint();
  await work();
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9 };
}
