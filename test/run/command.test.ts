import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { main } from "../../src/cli/program.ts";
import { testContext } from "../cli/test-context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const progress = vi.hoisted(() => ({ create: (): Promise<never> => Promise.reject(new Error("not set")) }));
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

test("a progress that cannot be shown ends the run, and leaves no session", async () => {
  progress.create = async () => {
    await expect.poll(sessions, { timeout: 20_000 }).toBe(1);
    throw new Error("the terminal is gone");
  };
  const context = testContext({ env: { DATABASE_URL: database.readerUrl } });
  expect(await main(["run", "--date", "2026-11-20", "--out", out], context)).toBe(1);
  expect(context.err()).toContain("the terminal is gone");
  await expect.poll(sessions, { timeout: 2000 }).toBe(0);
});
