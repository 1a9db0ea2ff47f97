import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import type { Config } from "../../src/config/schema.ts";
import type { ListedRun } from "../../src/ledger/runs.ts";
import { RunLedger } from "../../src/ledger/runs.ts";
import { mailSettings, withSender } from "../../src/mail/mail-config.ts";
import { smtpServer } from "../../src/mail/smtp.ts";
import { smtpSettings } from "../../src/mail/smtp-settings.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import { commandsByHand } from "../../src/scheduler/by-hand.ts";
import { runLines } from "../../src/scheduler/list.ts";
import { runRound, type SchedulerTools } from "../../src/scheduler/loop.ts";
import { configuredSchedules } from "../../src/scheduler/schedules.ts";
import { loadCatalogue } from "../../src/source/catalogue.ts";
import { openSnapshot } from "../../src/source/snapshot.ts";
import { DAY, HOUR, type Micros, parseInstant } from "../../src/time/instant.ts";
import { createTestLedger, type TestLedger } from "../ledger/ledger-fixture.ts";
import { type ScriptedServer, scriptedServer } from "../mail/scripted-server.ts";

let ledger: TestLedger;
let server: ScriptedServer;
let folder: string;

beforeAll(async () => {
  ledger = await createTestLedger();
  server = await scriptedServer();
  folder = await mkdtemp(join(tmpdir(), "giving-up-"));
});
afterEach(async () => {
  await ledger.clear();
  server.script({});
  server.accepted.length = 0;
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
  await ledger?.drop();
});

const SCHEDULE = { name: "nightly", cron: "0 0 * * *", timeZone: "UTC", mail: true };

function configOf(schedule: object = SCHEDULE): Config {
  const { config, errors } = parseConfig({
    env: {
      LINEAGE_REPORT_TIME_ZONE: "UTC",
      LINEAGE_REPORT_SCHEDULES: JSON.stringify([schedule]),
      LINEAGE_REPORT_MAIL_FROM: "reports@example.org",
      LINEAGE_REPORT_MAIL_OPERATORS: JSON.stringify(["ops@example.org"]),
    },
    flags: { out: folder },
    cwd: "/",
  });
  expect(errors).toEqual([]);
  return config as Config;
}

function tools(openSnapshotOf: SchedulerTools["openSnapshot"], said: string[] = []): SchedulerTools {
  const config = configOf();
  return {
    config,
    catalogue: loadCatalogue(),
    render: loadTemplates(),
    openSnapshot: openSnapshotOf,
    now: Date.now,
    ledger: ledger.settings,
    mail: {
      settings: withSender(mailSettings(config.mail)),
      server: smtpServer(smtpSettings({ SMTP_URL: server.url })),
    },
    schedules: async () => ({ schedules: configuredSchedules(config), faults: [] }),
    signal: new AbortController().signal,
    say: (line) => said.push(line),
  };
}

const away = async (): Promise<never> => {
  throw new Error("the database is away");
};

/** One due time of the night before, as if nobody had been there. */
async function oneDue(): Promise<void> {
  await ledger.database.query(
    "insert into lineage_report.schedule (name, considered_until) values ('nightly', now() - interval '24 hours')",
  );
}

const subjects = () =>
  Promise.all(server.accepted.map(async ({ content }) => (await PostalMime.parse(content)).subject ?? ""));

describe("a run that fails for good", () => {
  it("after five tries is told to the operators once, with what to do by hand", async () => {
    await oneDue();
    const said: string[] = [];
    for (let round = 1; round <= 5; round++) {
      await ledger.database.query("update lineage_report.run set start_at = now() where state = 'failed'");
      const { failed, faults } = await runRound(tools(away, said));
      expect([failed, faults.length]).toEqual([1, 1]);
      expect(server.accepted.length).toBe(round < 5 ? 0 : 1);
    }
    expect(said.at(-2)).toContain("given up: 5 tries, the last: the database is away");
    const [accepted] = server.accepted;
    expect(accepted?.to).toEqual(["ops@example.org"]);
    const { subject, text = "", html } = await PostalMime.parse(accepted?.content ?? "");
    expect(subject).toMatch(/^\[ReportStream\] .*: the run failed for good$/);
    expect(text).toContain("5 tries, the last: the database is away");
    const [run] = await new RunLedger(await ledger.session()).list(1);
    const day = new Date((run as ListedRun).window.from / 1000).toISOString().slice(0, 10);
    expect(text).toContain(`lineage-report run --date ${day}\n`);
    expect(text).toContain(`lineage-report mail send ${folder}/${day} --schedule nightly\n`);
    expect(html).toContain(`lineage-report run --date ${day}`);
    expect(await runRound(tools(away))).toEqual({ done: 0, failed: 0, faults: [] });
    expect(server.accepted).toHaveLength(1);
  });

  it("because its process was lost at the last try is ended, told, and out of the way", async () => {
    await oneDue();
    await ledger.database.query(
      `insert into lineage_report.run (schedule, due_at, start_at, window_from, window_to, time_zone, state, attempts, holder, claimed_at, lease_until)
       values ('nightly', now() - interval '30 hours', now() - interval '30 hours', '2026-11-20Z', '2026-11-21Z', 'UTC', 'running', 5,
         'elsewhere', now() - interval '29 hours', now() - interval '27 hours')`,
    );
    const open: SchedulerTools["openSnapshot"] = (signal) =>
      openSnapshot(ledger.settings, { applicationName: "test", signal });
    const round = await runRound(tools(open));
    // The night after it is run all the same.
    expect(round).toMatchObject({
      done: 1,
      failed: 1,
      faults: [expect.stringContaining("given up: its lease ran out")],
    });
    expect((await subjects()).filter((subject) => subject.includes("failed for good"))).toHaveLength(1);
    expect(await runRound(tools(open))).toEqual({ done: 0, failed: 0, faults: [] });
    const states = await ledger.database.query("select state from lineage_report.run order by due_at");
    expect(states.map(({ state }) => state)).toEqual(["failed", "done"]);
  });
});

describe("a mail of a backlog", () => {
  /** An organization's mail of a week ago that was put off so far. */
  async function backlog(): Promise<void> {
    await ledger.database.query(
      `insert into lineage_report.mail (kind, schedule, window_from, window_to, time_zone, organization, message_id, state, sender, recipients,
         subject, message, message_sha256, message_bytes, figures, attempts, planned_at)
       values ('organization', 'weekly', '2026-11-09Z', '2026-11-16Z', 'UTC', 'ca-dph', '<old@example.org>', 'planned', 'reports@example.org',
         '{elr@ca-dph.example}', 's', convert_to(E'Subject: old\\r\\n\\r\\n' || repeat('text ', 20), 'UTF8'), '', 1, '{}', 3, now() - interval '1 hour')`,
    );
  }

  it.each([
    [
      "refused",
      { recipients: { "elr@ca-dph.example": "550 5.1.1 no such" } },
      {},
      "the mail of ca-dph was refused",
      "mail send",
    ],
    ["unknown", {}, { message: { drop: true } }, "nobody knows whether ca-dph has its mail", "mail resolve"],
  ] as const)(
    "that ends %s during another schedule's run is told to the operators too",
    async (state, options, faults, subject, next) => {
      await oneDue();
      await backlog();
      const broken = smtpServer({ ...smtpSettings({ SMTP_URL: server.url }), timeoutMs: 2000 });
      // Only the mail of the backlog meets the fault.
      const picky: typeof broken = {
        handOver(handover) {
          if (handover.to.includes("elr@ca-dph.example")) server.script(faults, options);
          else server.script({});
          return broken.handOver(handover);
        },
      };
      const open: SchedulerTools["openSnapshot"] = (signal) =>
        openSnapshot(ledger.settings, { applicationName: "test", signal });
      const given = tools(open);
      const settings = { ...(given.mail as NonNullable<typeof given.mail>).settings, connections: 1 };
      await rm(folder, { recursive: true, force: true });
      expect(await runRound({ ...given, mail: { settings, server: picky } })).toMatchObject({ done: 1, failed: 0 });
      const rows = await ledger.database.query(
        "select state from lineage_report.mail where organization = 'ca-dph' and kind = 'organization'",
      );
      expect(rows).toEqual([{ state }]);
      const told = (await subjects()).filter((one) => one.includes(subject));
      expect(told).toHaveLength(1);
      const notice = server.accepted.find(({ content }) => content.includes("kind") || content.includes(next));
      const { text = "" } = await PostalMime.parse(notice?.content ?? "");
      expect(text).toContain(next);
      expect(text).toContain("<old@example.org>");
      expect(
        text
          .replaceAll("\r", "")
          .split("\n")
          .every((line) => line.length < 200),
      ).toBe(true);
    },
  );
});

describe("what a person does by hand", () => {
  const at = (text: string): Micros => parseInstant(text) as Micros;
  const window = { from: at("2026-11-20T05:00:00Z"), to: at("2026-11-21T05:00:00Z"), timeZone: "America/New_York" };

  it("is said as the shell takes it, for the schedule's own organizations and zone", () => {
    const config = configOf();
    expect(commandsByHand({ schedule: "nightly", window, organizations: [], mail: false }, config)).toEqual([
      "lineage-report run --date 2026-11-20 --time-zone America/New_York",
    ]);
    const own = { schedule: "states", window, organizations: ["ca-dph", "o'hara lab"], mail: true };
    expect(commandsByHand(own, { ...config, out: "/var/my reports" })).toEqual([
      "lineage-report run --date 2026-11-20 --time-zone America/New_York --organization ca-dph --organization 'o'\\''hara lab' " +
        "--out '/var/my reports/states'",
      "lineage-report mail send '/var/my reports/states/2026-11-20' --schedule states",
    ]);
    const week = { from: at("2026-11-16T00:00:00Z"), to: at("2026-11-23T00:00:00Z"), timeZone: "UTC" };
    expect(commandsByHand({ schedule: "w", window: week, organizations: [], mail: false }, config)).toEqual([
      "lineage-report run --from 2026-11-16 --to 2026-11-22",
    ]);
  });

  it("stands below a run that failed for good in `schedule list`, and nowhere else", () => {
    const run: ListedRun = {
      runId: 1,
      schedule: "nightly",
      dueAt: at("2026-11-21T10:30:00Z"),
      window,
      state: "failed",
      reason: "no",
      attempts: 5,
      startAt: at("2026-11-21T11:00:00Z"),
      claimedAt: at("2026-11-21T10:30:00Z"),
      leaseUntil: null,
      lost: false,
      endedAt: at("2026-11-21T10:31:00Z"),
      provisional: null,
      folder: null,
    };
    const lines = (change: Partial<ListedRun>) => runLines({ ...run, ...change }, configOf());
    expect(lines({})).toEqual([
      "2026-11-21T10:30:00.000Z  nightly  Fri Nov 20 2026 (America/New_York)  failed for good: no",
      "    by hand: lineage-report run --date 2026-11-20 --time-zone America/New_York",
      `       then: lineage-report mail send ${folder}/2026-11-20 --schedule nightly`,
    ]);
    const one = (change: Partial<ListedRun>) => lines(change).map((line) => line.split("  ").slice(3).join("  "));
    expect(one({ attempts: 2 })).toEqual(["failed (try 2 of 5, again from 2026-11-21T11:00:00.000Z): no"]);
    expect(one({ state: "running", reason: null, leaseUntil: run.dueAt + 2 * HOUR })).toEqual([
      "running (try 5 of 5, its process has it until 2026-11-21T12:30:00.000Z)",
    ]);
    expect(one({ state: "running", reason: null, lost: true, attempts: 1 })).toEqual([
      "lost (try 1 of 5): its process is gone, and the next scheduler decides",
    ]);
    expect(one({ state: "planned", reason: null, startAt: run.dueAt + DAY })).toEqual([
      "planned, from 2026-11-22T10:30:00.000Z",
    ]);
    expect(one({ state: "interrupted", reason: "stopped" })).toEqual([
      "interrupted, taken up again by the next scheduler: stopped",
    ]);
    expect(one({ state: "done", reason: null, provisional: true })).toEqual(["done, provisional"]);
  });
});
