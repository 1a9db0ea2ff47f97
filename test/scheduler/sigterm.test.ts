import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { testContext } from "../cli/test-context.ts";
import { type Fault, type ScriptedServer, type Step, scriptedServer } from "../mail/scripted-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";
import { withClient } from "../support/server-fixture.ts";

// The promise is ten seconds; a machine that is busy with other tests gets half as many more. What hangs takes 30 and more.
const PATIENCE_MS = 15_000;

let database: TestDatabase;
let server: ScriptedServer;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await scriptedServer();
  folder = await mkdtemp(join(tmpdir(), "sigterm-"));
  const world = scenario(database.client);
  await world.organization("ca-dph");
  await database.query("insert into action (action_name, created_at) values ('batch', now())");
  const config = {
    timeZone: "UTC",
    schedules: [{ name: "nightly", cron: "0 0 * * *", mail: true, catchUpHours: 72 }],
    mail: {
      from: "reports@example.org",
      operators: ["ops@example.org"],
      organizations: { "ca-dph": { to: ["elr@ca-dph.example"] } },
    },
  };
  await writeFile(join(folder, "lineage-report.yaml"), JSON.stringify(config));
  expect(await once(["ledger", "init"])).toBe(0);
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
  await database?.drop();
});

const environment = () => ({ DATABASE_URL: database.ownerUrl, SMTP_URL: server.url });

async function once(args: string[]): Promise<number> {
  return main(args, testContext({ env: environment(), cwd: folder, now: Date.now }));
}

/** One night is due, and nothing is done of it. */
async function oneNight(): Promise<void> {
  await database.query(
    "truncate lineage_report.run, lineage_report.schedule, lineage_report.mail, lineage_report.mail_event",
  );
  await database.query(
    `insert into lineage_report.schedule (name, considered_until)
     values ('nightly', date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '1 minute')`,
  );
  await rm(join(folder, "out"), { recursive: true, force: true });
  server.script({});
  server.accepted.length = 0;
  server.asked.length = 0;
  server.connections = 0;
}

async function until(what: string, there: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    if (await there()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never came: ${what}`);
}

const SESSIONS = "from pg_stat_activity where datname = current_database() and application_name like 'lineage-report%'";

async function waitsForLock(): Promise<boolean> {
  return (await database.query(`select 1 ${SESSIONS} and wait_event_type = 'Lock'`)).length > 0;
}

/** What holds the scheduler up, and how to tell that it is there; what is done before the signal, if anything. */
interface Phase {
  fault?: Partial<Record<Step, Fault>>;
  /** Locked from the beginning. */
  lock?: string;
  /** Locked once the scheduler is held up by the fault. */
  lockThen?: string;
  there: () => boolean | Promise<boolean>;
}

const silence: Fault = { silence: true };
const connected = (): boolean => server.connections > 0;
const asked = (): boolean => server.asked.length > 0;

const PHASES: [string, Phase][] = [
  ["before the ledger is read", { lock: "lineage_report.schedule", there: waitsForLock }],
  ["before a run is taken", { lock: "lineage_report.run", there: waitsForLock }],
  ["reading the first rows", { lock: "action", there: waitsForLock }],
  ["reading the lineage", { lock: "item_lineage", there: waitsForLock }],
  ["reading the action log", { lock: "action_log", there: waitsForLock }],
  ["planning the mails", { lock: "lineage_report.mail", there: waitsForLock }],
  ["before the mail server's greeting", { fault: { connect: silence }, there: connected }],
  ["greeting the mail server", { fault: { ehlo: silence }, there: connected }],
  ["naming the sender", { fault: { mail: silence }, there: connected }],
  ["naming the recipients", { fault: { rcpt: silence }, there: asked }],
  ["announcing the message", { fault: { data: silence }, there: asked }],
  ["waiting for the answer to the message", { fault: { message: silence }, there: asked }],
  [
    "with a ledger that does not answer any more",
    { fault: { data: silence }, there: asked, lockThen: "lineage_report.mail, lineage_report.run" },
  ],
];

it.each(PHASES)(
  "SIGTERM %s ends the scheduler in time, and nothing is left or lost",
  async (_, phase) => {
    await oneNight();
    server.script(phase.fault ?? {});
    const started = await withClient(database.ownerUrl, async (locker) => {
      if (phase.lock) await lock(locker, phase.lock);
      const running = startProgram(["schedule"], { env: environment(), cwd: folder, timeoutMs: 500_000 });
      await until("the phase", phase.there);
      if (phase.lockThen) await lock(locker, phase.lockThen);
      const before = performance.now();
      running.child.kill("SIGTERM");
      const { code, stderr } = await running.ended;
      expect(performance.now() - before, stderr).toBeLessThan(PATIENCE_MS);
      expect(code, stderr).toBe(130);
      return running;
    });
    expect(started.child.exitCode).toBe(130);
    // The locker is gone, so what still waited for it on the server ends as well.
    await until("the end of every session", async () => (await database.query(`select 1 ${SESSIONS}`)).length === 0);
    const out = await readdir(join(folder, "out")).catch(() => []);
    expect(out.filter((name) => !/^\d{4}-\d\d-\d\d$/.test(name))).toEqual([]);

    server.script({});
    await database.query("update lineage_report.mail set next_attempt_at = now()");
    expect([0, 3]).toContain(await once(["schedule", "--once"]));
    expect(await database.query("select state from lineage_report.run")).toEqual([{ state: "done" }]);
    expect(await readdir(join(folder, "out"))).toHaveLength(1);
    const mails = await database.query<{ state: string; to: string }>(
      `select state, recipients[1] as to from lineage_report.mail where kind <> 'notice' order by kind`,
    );
    expect(mails).toHaveLength(2);
    for (const { state, to } of mails) {
      const taken = server.accepted.filter((mail) => mail.to.includes(to)).length;
      // After the end of the message nobody can know; everywhere else each is taken once.
      expect(["accepted 1", ...(phase.fault?.message ? ["unknown 0"] : [])]).toContain(`${state} ${taken}`);
    }
  },
  180_000,
);

async function lock(client: pg.Client, tables: string): Promise<void> {
  await client.query("begin");
  await client.query(`lock table ${tables} in access exclusive mode`);
}
