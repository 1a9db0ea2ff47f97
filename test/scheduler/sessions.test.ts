import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import type { Config } from "../../src/config/schema.ts";
import { RunLedger } from "../../src/ledger/runs.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import { decideDue } from "../../src/scheduler/decide.ts";
import { runRound, type SchedulerTools } from "../../src/scheduler/loop.ts";
import { configuredSchedules } from "../../src/scheduler/schedules.ts";
import { loadCatalogue } from "../../src/source/catalogue.ts";
import { openSnapshot } from "../../src/source/snapshot.ts";
import { createTestLedger, type TestLedger } from "../ledger/ledger-fixture.ts";

let ledger: TestLedger;
let folder: string;

beforeAll(async () => {
  ledger = await createTestLedger();
  folder = await mkdtemp(join(tmpdir(), "sessions-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await ledger?.drop();
});

function tools(config: Config, openSnapshotOf: SchedulerTools["openSnapshot"], said: string[] = []): SchedulerTools {
  return {
    config,
    catalogue: loadCatalogue(),
    render: loadTemplates(),
    openSnapshot: openSnapshotOf,
    now: Date.now,
    ledger: ledger.settings,
    mail: undefined,
    schedules: async () => ({ schedules: configuredSchedules(config), faults: [] }),
    signal: new AbortController().signal,
    say: (line) => said.push(line),
  };
}

function configOf(schedule: object): Config {
  const { config, errors } = parseConfig({
    env: { LINEAGE_REPORT_SCHEDULES: JSON.stringify([schedule]) },
    flags: { out: folder },
    cwd: "/",
  });
  expect(errors).toEqual([]);
  return config as Config;
}

async function consideredSince(name: string, interval: string): Promise<void> {
  await ledger.clear();
  await ledger.database.query(
    "insert into lineage_report.schedule (name, considered_until) values ($1, now() - $2::interval)",
    [name, interval],
  );
}

it("no session on the ledger is open beside the snapshot's", async () => {
  await consideredSince("nightly", "24 hours");
  const beside: number[] = [];
  const round = await runRound(
    tools(configOf({ name: "nightly", cron: "0 0 * * *", timeZone: "UTC" }), async (signal) => {
      const snapshot = await openSnapshot(ledger.settings, { applicationName: "lineage-report schedule", signal });
      const [row] = await ledger.database.query<{ n: number }>(
        "select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name like 'lineage-report%'",
      );
      beside.push(row?.n ?? 0);
      return snapshot;
    }),
  );
  expect(round).toEqual({ done: 1, failed: 0, faults: [] });
  expect(beside).toEqual([1]);
});

it("a database that is away fails the run, which is tried again later, and ends nothing", async () => {
  await consideredSince("nightly", "24 hours");
  await rm(folder, { recursive: true, force: true });
  const said: string[] = [];
  const away = async () => {
    throw new Error("the snapshot is away");
  };
  const round = await runRound(tools(configOf({ name: "nightly", cron: "0 0 * * *", timeZone: "UTC" }), away, said));
  expect(round).toMatchObject({ done: 0, failed: 1 });
  expect(said.join("\n")).toContain("failed: the snapshot is away");
  const [run] = await ledger.database.query(
    "select state, attempts, start_at > now() as later from lineage_report.run",
  );
  expect(run).toEqual({ state: "failed", attempts: 1, later: true });
});

it("what fell due while a run was at work is skipped, and `schedule list` would say so", async () => {
  await consideredSince("often", "10 minutes");
  const config = configOf({ name: "often", cron: "* * * * *" });
  await ledger.database.query(
    `insert into lineage_report.run (schedule, due_at, start_at, window_from, window_to, time_zone, state, attempts, holder, claimed_at, lease_until)
     values ('often', now() - interval '11 minutes', now(), now() - interval '2 days', now() - interval '1 day', 'UTC', 'running', 1, 'h',
       now() - interval '11 minutes', now() + interval '1 hour')`,
  );
  const runs = new RunLedger(await ledger.session());
  await decideDue(runs, configuredSchedules(config), 0);
  const decided = (await runs.list(30)).filter(({ state }) => state !== "running");
  expect(decided.length).toBeGreaterThanOrEqual(10);
  expect(new Set(decided.map(({ state, reason }) => `${state}: ${reason}`))).toEqual(
    new Set(["skipped: still running"]),
  );
});
