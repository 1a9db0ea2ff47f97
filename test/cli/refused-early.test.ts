import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { LEAST_MEGABYTES } from "../../src/run/slice-plan.ts";
import { type CountingServer, startCountingServer } from "../support/counting-server.ts";
import { testContext } from "./test-context.ts";

let server: CountingServer;
let home: string;

beforeAll(async () => {
  server = await startCountingServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "lineage-report-early-"));
});

afterEach(() => rm(home, { recursive: true, force: true }));

/** Runs a command in `home`; tells how it ended, what it said, and how often it asked the server. */
async function ended(...args: string[]) {
  const before = server.connections();
  const context = testContext({ cwd: home, env: { DATABASE_URL: server.url } });
  const code = await main(args, context);
  return { code, err: context.err(), asked: server.connections() - before };
}

const run = (...args: string[]) => ended("run", "--date", "2026-11-20", "--out", join(home, "out"), "--quiet", ...args);

const folder = () => join(home, "out", "2026-11-20");

describe("a run asks the server", () => {
  it("when nothing stands in its way", async () => {
    const { code, err, asked } = await run();
    expect(err).toContain("cannot connect to the database");
    expect({ code, asked }).toEqual({ code: 5, asked: 1 });
  });

  it("not when the folder is there already", async () => {
    await mkdir(folder(), { recursive: true });
    const { code, err, asked } = await run();
    expect(err).toBe(
      `lineage-report: ${folder()} exists already\n` +
        "  hint: the run was made before; --force replaces it, --out writes elsewhere\n",
    );
    expect({ code, asked }).toEqual({ code: 1, asked: 0 });
  });

  it("when the folder is there already and only the plan is asked for, which says so", async () => {
    await mkdir(folder(), { recursive: true });
    expect(await run("--dry-run")).toMatchObject({ code: 5, asked: 1 });
  });

  it("when the folder that is there is to be replaced, and is a run's or empty", async () => {
    await mkdir(folder(), { recursive: true });
    expect(await run("--force")).toMatchObject({ code: 5, asked: 1 });
    await writeFile(join(folder(), "manifest.json"), "");
    expect(await run("--force")).toMatchObject({ code: 5, asked: 1 });
    expect(await readdir(folder())).toEqual(["manifest.json"]);
  });

  it.each([
    ["is to be replaced", []],
    ["a dry run would promise to replace", ["--dry-run"]],
  ])("not when what %s is not a run's folder", async (_, more) => {
    await mkdir(folder(), { recursive: true });
    await writeFile(join(folder(), "thesis.txt"), "years of work");
    const { code, err, asked } = await run("--force", ...more);
    expect(err).toBe(
      `lineage-report: ${folder()} is not a run's folder, so --force does not replace it\n` +
        "  hint: move it away yourself, or write elsewhere with --out\n",
    );
    expect({ code, asked }).toEqual({ code: 1, asked: 0 });
    expect(await readdir(folder())).toEqual(["thesis.txt"]);
  });

  it.each([
    ["a file", (path: string) => writeFile(path, "")],
    ["a link that leads nowhere", (path: string) => symlink("nowhere", path)],
  ])("not when --out is %s", async (_, make) => {
    await make(join(home, "out"));
    const { code, err, asked } = await run();
    expect(err).toMatch(new RegExp(`^lineage-report: cannot .* ${join(home, "out")}.* \\(E[A-Z]+\\)\n {2}hint: `));
    expect({ code, asked }).toEqual({ code: 1, asked: 0 });
    expect(await readdir(home)).toEqual(["out"]);
  });

  it.each([
    ["run", []],
    ["plan", ["--dry-run"]],
  ])("not for a %s with a limit of memory that no run can keep", async (_, more) => {
    const { code, err, asked } = await run("--memory", String(LEAST_MEGABYTES - 1), ...more);
    expect(err).toBe(
      `lineage-report: a run takes more than ${LEAST_MEGABYTES - 1} MB of memory, however few rows it holds at a time\n` +
        `  hint: the least that works is ${LEAST_MEGABYTES} MB\n`,
    );
    expect({ code, asked }).toEqual({ code: 2, asked: 0 });
    expect(await readdir(home)).toEqual([]);
  });

  it("for the least limit of memory", async () => {
    expect(await run("--memory", String(LEAST_MEGABYTES))).toMatchObject({ code: 5, asked: 1 });
  });
});

describe("the scheduler", () => {
  it("does not begin with a limit of memory that each of its runs would fail with", async () => {
    await writeFile(
      join(home, "lineage-report.yaml"),
      `memory: ${LEAST_MEGABYTES - 1}\nschedules:\n  - name: nightly\n    cron: "0 6 * * *"\n`,
    );
    const { code, err, asked } = await ended("schedule", "--once");
    expect(err).toContain(`a run takes more than ${LEAST_MEGABYTES - 1} MB of memory`);
    expect({ code, asked }).toEqual({ code: 2, asked: 0 });
  });
});

describe("the demo", () => {
  it("starts no server for a folder that it would not replace", async () => {
    await mkdir(folder(), { recursive: true });
    await writeFile(join(folder(), "thesis.txt"), "years of work");
    const { code, err } = await ended("demo", "--out", join(home, "out"));
    expect(err).toBe(
      `lineage-report: ${folder()} is not a run's folder, so --force does not replace it\n` +
        "  hint: move it away yourself, or write elsewhere with --out\n",
    );
    expect(code).toBe(1);
  });
});

describe("a command that writes one file asks the server", () => {
  const commands = [
    "trace 4711",
    "tables export LIVD-SARS-CoV-2",
    "tables diff LIVD-SARS-CoV-2 40 41",
    "reconcile --file theirs.csv --key id --sender acme-labs.default --date 2026-11-20",
  ];

  it.each(commands)("when the file can be written: %s", async (line) => {
    await writeFile(join(home, "theirs.csv"), "id\n4711\n");
    expect(await ended(...line.split(" "), "--quiet", "--out", "new.txt")).toMatchObject({ code: 5, asked: 1 });
  });

  it.each(commands)("not when it cannot: %s", async (line) => {
    await writeFile(join(home, "theirs.csv"), "id\n4711\n");
    const { code, err, asked } = await ended(...line.split(" "), "--quiet", "--out", "nowhere/new.txt");
    expect(err).toBe(
      `lineage-report: cannot write ${join(home, "nowhere", "new.txt")}: there is no folder ${join(home, "nowhere")}\n` +
        "  hint: make the folder, or name a file elsewhere\n",
    );
    expect({ code, asked }).toEqual({ code: 1, asked: 0 });
  });
});
