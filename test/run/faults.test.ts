import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadSample } from "../../src/embedded/sample/index.ts";
import { verifyFolder } from "../../src/output/verify.ts";
import { formatInstant, parseInstant } from "../../src/time/instant.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startProgram } from "../support/program.ts";
import { run } from "../support/run-folder.ts";
import { withClient } from "../support/server-fixture.ts";

const AS_OF = parseInstant("2026-11-21T12:00:00Z") as number;
const DAY = ["--date", "2026-11-20", "--as-of", formatInstant(AS_OF)];

let database: TestDatabase;
let out: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSample(database.client, { seed: "faults", asOf: AS_OF, truth: false, scale: 0.2 });
  out = await mkdtemp(join(tmpdir(), "lineage-report-faults-"));
}, 120_000);

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
  await database?.drop();
});

const start = (target: string) =>
  startProgram(["run", "--out", target, ...DAY], { env: { DATABASE_URL: database.readerUrl } });

/** Resolves with the run's backend once it waits for a lock. */
async function waitingBackend(): Promise<number> {
  for (;;) {
    const [row] = await database.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where datname = $1 and application_name like 'lineage-report run%' and wait_event_type = 'Lock'`,
      [database.name],
    );
    if (row) return row.pid;
    await sleep(20);
  }
}

describe("the backend is lost while the run reads", () => {
  test.each(["item_lineage", "action_log", "task", "setting"])("%s", async (table) => {
    const target = join(out, `lost-${table}`);
    await withClient(database.ownerUrl, async (locker) => {
      await locker.query(`begin; lock table ${table} in access exclusive mode`);
      const { ended } = start(target);
      const pid = await waitingBackend();
      await database.query("select pg_terminate_backend($1)", [pid]);
      const killed = Date.now();
      const { code, stderr } = await ended;
      expect(Date.now() - killed).toBeLessThan(2000);
      expect(code).toBe(5);
      expect(stderr).toMatch(/terminat|connection/i);
      await locker.query("rollback");
    });
    expect(await readdir(target)).toEqual([]);
  });
});

describe("the process is killed with -9", () => {
  test("at any moment: nothing half-done has a final name, and the next run completes", async () => {
    const target = join(out, "killed");
    const began = Date.now();
    const first = await start(join(out, "timing")).ended;
    expect(first.code).toBe(0);
    const usual = Date.now() - began;
    let finished = 0;
    for (let kill = 0; kill < 8; kill++) {
      const program = start(target);
      await sleep((usual * (kill + 1)) / 7);
      program.child.kill("SIGKILL");
      await program.ended;
      for (const name of (await readdir(target).catch(() => [])).filter((entry) => !entry.startsWith("."))) {
        expect(await verifyFolder(join(target, name))).toMatchObject({ ok: true });
        finished++;
      }
      await rm(join(target, "2026-11-20"), { recursive: true, force: true });
    }
    const { folder } = await run(database.readerUrl, target, ...DAY);
    expect(await readdir(target)).toEqual([folder.slice(target.length + 1)]);
    expect(finished).toBeLessThan(8);
  }, 120_000);
});

describe("the run is interrupted", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 130],
  ] as const)("by %s it leaves nothing and says so", async (signal, expected) => {
    const target = join(out, signal);
    await withClient(database.ownerUrl, async (locker) => {
      await locker.query("begin; lock table item_lineage in access exclusive mode");
      const program = start(target);
      await waitingBackend();
      program.child.kill(signal);
      const { code } = await program.ended;
      expect(code).toBe(expected);
      await locker.query("rollback");
    });
    expect(await readdir(target)).toEqual([]);
    const left = await database.query(
      "select 1 from pg_stat_activity where datname = $1 and application_name like 'lineage-report run%'",
      [database.name],
    );
    expect(left).toEqual([]);
  });
});

describe("the database cannot be reached", () => {
  test("a template of one's own that is wrong is told before anybody connects", async () => {
    const templates = await mkdtemp(join(out, "templates-"));
    await writeFile(join(templates, "index.hbs"), "{{#if a}}");
    const { code, stderr } = await startProgram(
      ["run", "--out", join(out, "wrong-template"), "--templates", templates, ...DAY],
      { env: { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" } },
    ).ended;
    expect(code).toBe(2);
    expect(stderr).toContain("index.hbs is not a handlebars template");
  });

  test("exit code 5 and a remedy, and no folder", async () => {
    const target = join(out, "unreachable");
    const { code, stderr, stdout } = await startProgram(["run", "--out", target, ...DAY], {
      env: { DATABASE_URL: "postgres://nobody:CANARY-secret@127.0.0.1:1/none" },
    }).ended;
    expect(code).toBe(5);
    expect(stdout).toBe("");
    expect(stderr).not.toContain("CANARY");
    expect(await readdir(target)).toEqual([]);
  });
});
