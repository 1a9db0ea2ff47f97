import { spawn } from "node:child_process";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openRunFolder } from "../../src/output/folder.ts";
import { verifyFolder } from "../../src/output/verify.ts";
import { emptyFolder } from "./sample-run.ts";

const SCRIPT = fileURLToPath(new URL("write-run.mjs", import.meta.url));
const NAME = "2026-11-20";

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly output: string;
}

/** Starts the writer; `killAfter` milliseconds it is killed, `openFiles` limits its descriptors. */
function write(args: readonly (string | number)[], how: { killAfter?: number; openFiles?: number } = {}) {
  const command = [process.execPath, SCRIPT, ...args.map(String)];
  const limited = how.openFiles ? ["sh", "-c", `ulimit -n ${how.openFiles} && exec "$@"`, "sh", ...command] : command;
  const child = spawn(limited[0] as string, limited.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  const timer = how.killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), how.killAfter);
  return new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, output });
    });
  });
}

/** Rows under the final name after a verification without faults; undefined when the name is not there. */
async function standing(parent: string): Promise<number | undefined> {
  if (!(await readdir(parent)).includes(NAME)) return undefined;
  const { faults, rows } = await verifyFolder(join(parent, NAME));
  expect(faults).toEqual([]);
  return rows;
}

/** What the start of any later run in that parent does. */
async function nextRun(parent: string): Promise<void> {
  const folder = await openRunFolder(join(parent, "next"), { force: false });
  await folder.abort();
}

describe("killed with -9", () => {
  test("before each operation of a run that replaces another: old or new stands, and the next run tidies up", async () => {
    const parent = await emptyFolder();
    const old = join(parent, "old");
    const { output } = await write([join(old, NAME), 1, 4, 0]);
    expect(output).toMatch(/^operations \d+\n$/);
    expect(await standing(old)).toBe(8);
    // The whole length is that of a replacement, which the second run is.
    const whole = await write([join(old, NAME), 1, 4, 0]);
    const length = Number(/operations (\d+)/.exec(whole.output)?.[1]);
    expect(length).toBeGreaterThan(40);

    const seen = { old: 0, none: 0, new: 0 };
    const one = async (crashAt: number) => {
      const work = join(parent, `work-${crashAt}`);
      await mkdir(work);
      await cp(join(old, NAME), join(work, NAME), { recursive: true });
      const { signal } = await write([join(work, NAME), 1, 6, crashAt]);
      expect(signal, `operation ${crashAt}`).toBe("SIGKILL");
      const rows = await standing(work);
      if (rows === undefined) seen.none++;
      else seen[rows === 8 ? "old" : "new"]++;
      await nextRun(work);
      expect(await readdir(work), `operation ${crashAt}`).toEqual([NAME]);
      expect([8, 12]).toContain(await standing(work));
      if (rows !== undefined) expect(await standing(work)).toBe(rows);
      await rm(work, { recursive: true });
    };
    const points = Array.from({ length }, (_, index) => index + 1);
    const lane = async () => {
      for (let point = points.pop(); point !== undefined; point = points.pop()) await one(point);
    };
    await Promise.all([lane(), lane(), lane()]);
    expect(seen.old).toBeGreaterThan(30);
    expect(seen.new).toBeGreaterThan(1);
    // Between the two renames there is exactly one point.
    expect(seen.none).toBe(1);
  });

  test("at random times of a larger run: nothing half is ever under its name, and a rerun completes", async () => {
    const parent = await emptyFolder();
    const started = performance.now();
    const { code } = await write([join(parent, NAME), 20, 30_000, 0]);
    const takes = performance.now() - started;
    expect(code).toBe(0);
    await rm(join(parent, NAME), { recursive: true });
    let killed = 0;
    for (let round = 0; round < 20; round++) {
      const { signal } = await write([join(parent, NAME), 20, 30_000, 0], { killAfter: Math.random() * takes });
      if (signal) killed++;
      const rows = await standing(parent);
      if (rows !== undefined) expect(rows).toBe(60_000);
    }
    expect(killed).toBeGreaterThan(3);
    await write([join(parent, NAME), 20, 30_000, 0]);
    expect(await standing(parent)).toBe(60_000);
    expect(await readdir(parent)).toEqual([NAME]);
  });
});

test("600 organizations with few descriptors", async () => {
  const parent = await emptyFolder();
  const { code, output } = await write([join(parent, NAME), 600, 5_000, 0], { openFiles: 128 });
  expect(output).toMatch(/^operations/);
  expect(code).toBe(0);
  expect(await standing(parent)).toBe(10_000);
});
