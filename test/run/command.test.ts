import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { main } from "../../src/cli/program.ts";
import type { Progress } from "../../src/progress.ts";
import { testContext } from "../cli/test-context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const progress = vi.hoisted(() => ({ create: (): Promise<Progress> => Promise.reject(new Error("not set")) }));
vi.mock("../../src/progress.ts", () => ({ createProgress: () => progress.create() }));

let database: TestDatabase;
let out: string;

beforeAll(async () => {
  database = await createTestDatabase();
  out = await mkdtemp(join(tmpdir(), "lineage-report-command-"));
});

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
  await database?.drop();
});

/** The sessions of runs that are in their snapshot. */
async function sessions(): Promise<number> {
  const rows = await database.query(
    `select 1 from pg_stat_activity
     where datname = $1 and application_name like 'lineage-report run%' and xact_start is not null`,
    [database.name],
  );
  return rows.length;
}

/** Does something once the run's session is in its snapshot, and before the run's folder is opened. */
function whenConnected(work: () => Promise<unknown>): void {
  progress.create = async () => {
    await expect.poll(sessions, { timeout: 20_000 }).toBe(1);
    await work();
    return { phase: () => ({ advance: () => undefined, done: () => undefined }), stop: () => undefined };
  };
}

/** Tells how a run ended, what it said, and how many sessions it left. */
async function ended() {
  const context = testContext({ env: { DATABASE_URL: database.readerUrl } });
  const code = await main(["run", "--date", "2026-11-20", "--out", out], context);
  await expect.poll(sessions, { timeout: 2000 }).toBe(0);
  return { code, err: context.err() };
}

test("a progress that cannot be shown ends the run, and leaves no session", async () => {
  whenConnected(() => Promise.reject(new Error("the terminal is gone")));
  const { code, err } = await ended();
  expect(err).toContain("the terminal is gone");
  expect(code).toBe(1);
});

test("a folder that came after the server was asked ends the run, and leaves no session", async () => {
  whenConnected(() => mkdir(join(out, "2026-11-20")));
  const { code, err } = await ended();
  expect(err).toContain(`${join(out, "2026-11-20")} exists already`);
  expect(code).toBe(1);
});
