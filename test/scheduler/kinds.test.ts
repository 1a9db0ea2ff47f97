import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import type { Config } from "../../src/config/schema.ts";
import { mailSettings, withSender } from "../../src/mail/mail-config.ts";
import { smtpServer } from "../../src/mail/smtp.ts";
import { smtpSettings } from "../../src/mail/smtp-settings.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import { runRound, type SchedulerTools } from "../../src/scheduler/loop.ts";
import { configuredSchedules, databaseSchedules } from "../../src/scheduler/schedules.ts";
import { loadCatalogue } from "../../src/source/catalogue.ts";
import { openSnapshot } from "../../src/source/snapshot.ts";
import type { Summary } from "../../src/summary/types.ts";
import { createTestLedger, type TestLedger } from "../ledger/ledger-fixture.ts";
import { type ScriptedServer, scriptedServer } from "../mail/scripted-server.ts";
import { scenario } from "../support/rows.ts";

let ledger: TestLedger;
let server: ScriptedServer;
let folder: string;

beforeAll(async () => {
  ledger = await createTestLedger();
  server = await scriptedServer();
  const world = scenario(ledger.database.client);
  for (const name of ["ca-dph", "tx-doh"]) await world.organization(name);
  await ledger.database.query("insert into action (action_name, created_at) values ('batch', now())");
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kinds-"));
});
afterEach(async () => {
  await ledger.clear();
  await rm(folder, { recursive: true, force: true });
  server.accepted.length = 0;
});
afterAll(async () => {
  await server?.close();
  await ledger?.drop();
});

function configOf(schedules: object[], settleHours = 25): Config {
  const { config, errors } = parseConfig({
    env: {
      LINEAGE_REPORT_TIME_ZONE: "UTC",
      LINEAGE_REPORT_LIMITS_SETTLE_HOURS: String(settleHours),
      LINEAGE_REPORT_SCHEDULES: JSON.stringify(schedules),
      LINEAGE_REPORT_MAIL_FROM: "reports@example.org",
      LINEAGE_REPORT_MAIL_OPERATORS: JSON.stringify(["ops@example.org"]),
      LINEAGE_REPORT_MAIL_ORGANIZATIONS: JSON.stringify({ "ca-dph": { to: ["elr@ca-dph.example"] } }),
    },
    flags: { out: folder },
    cwd: "/",
  });
  expect(errors).toEqual([]);
  return config as Config;
}

function tools(config: Config, schedules?: SchedulerTools["schedules"]): SchedulerTools {
  return {
    config,
    catalogue: loadCatalogue(),
    render: loadTemplates(),
    openSnapshot: (signal) => openSnapshot(ledger.settings, { applicationName: "test", signal }),
    now: Date.now,
    ledger: ledger.settings,
    mail: {
      settings: withSender(mailSettings(config.mail)),
      server: smtpServer(smtpSettings({ SMTP_URL: server.url })),
    },
    schedules: schedules ?? (async () => ({ schedules: configuredSchedules(config), faults: [] })),
    signal: new AbortController().signal,
    say: () => undefined,
  };
}

async function knownSince(name: string, interval: string): Promise<void> {
  await ledger.database.query(
    "insert into lineage_report.schedule (name, considered_until) values ($1, now() - $2::interval)",
    [name, interval],
  );
}

const rowsOf = (columns: string) =>
  ledger.database.query(`select ${columns} from lineage_report.run order by due_at, schedule`);
const to = () => server.accepted.map((mail) => mail.to.join()).sort();

describe("a run and its window's settling", () => {
  const nightly = { name: "nightly", cron: "0 0 * * *", mail: true };

  it("waits for it where it is asked to: planned, and not begun before", async () => {
    await knownSince("nightly", "24 hours");
    const waiting = tools(configOf([{ ...nightly, unsettled: "wait" }]));
    expect(await runRound(waiting)).toEqual({ done: 0, failed: 0, faults: [] });
    expect(
      await rowsOf("state, start_at = window_to + interval '25 hours' as settled, start_at > now() as later"),
    ).toEqual([{ state: "planned", settled: true, later: true }]);
    await ledger.database.query("update lineage_report.run set start_at = now()");
    expect(await runRound(waiting)).toMatchObject({ done: 1 });
  });

  it("does not wait otherwise, and says in the ledger and in the mails that its figures are provisional", async () => {
    await knownSince("nightly", "24 hours");
    expect(await runRound(tools(configOf([nightly])))).toMatchObject({ done: 1 });
    expect(await rowsOf("state, provisional")).toEqual([{ state: "done", provisional: true }]);
    expect(to()).toEqual(["elr@ca-dph.example", "ops@example.org"]);
    for (const { content } of server.accepted) {
      expect((await PostalMime.parse(content)).text).toMatch(
        /^Provisional: deliveries of this window are still looked for until/m,
      );
    }
  });

  it("is not provisional once it is over", async () => {
    await knownSince("nightly", "72 hours");
    expect(await runRound(tools(configOf([{ ...nightly, catchUp: "all", catchUpHours: 96 }], 1)))).toMatchObject({
      failed: 0,
    });
    // The newest window may have ended within the hour.
    for (const { provisional } of (await rowsOf("provisional")).slice(0, -1)) expect(provisional).toBe(false);
    const texts = await Promise.all(
      server.accepted.map(async ({ content }) => (await PostalMime.parse(content)).text ?? ""),
    );
    expect(texts.filter((text) => !text.includes("Provisional")).length).toBeGreaterThanOrEqual(4);
  });
});

describe("a schedule", () => {
  it("does not run a window again that a run of its own has covered", async () => {
    await knownSince("weekly", "60 hours");
    const weekly = { name: "weekly", cron: "0 0 * * *", window: "week", catchUp: "all", catchUpHours: 96 };
    await runRound(tools(configOf([weekly])));
    const rows = await rowsOf("state, reason, window_from::text");
    expect(rows.length).toBeGreaterThanOrEqual(2);
    const windows = new Set(rows.map(({ window_from }) => window_from));
    expect(rows.filter(({ state }) => state === "done")).toHaveLength(windows.size);
    expect(rows.filter(({ state }) => state !== "done").map(({ state, reason }) => `${state}: ${reason}`)).toEqual(
      Array(rows.length - windows.size).fill("skipped: its window was run already"),
    );
  });

  it("that names organizations has runs and mails of these alone, in a folder of its own", async () => {
    await knownSince("states", "24 hours");
    const states = { name: "states", cron: "0 0 * * *", mail: true, organizations: ["tx-doh"] };
    expect(await runRound(tools(configOf([states])))).toMatchObject({ done: 1 });
    const [row] = await rowsOf("folder");
    expect(row?.folder.startsWith(join(folder, "states"))).toBe(true);
    const summary = JSON.parse(await readFile(join(row?.folder, "summary.json"), "utf8")) as Summary;
    expect(summary.limitedTo).toEqual(["tx-doh"]);
    // tx-doh has no address, and ca-dph is none of this schedule's business.
    expect(to()).toEqual(["ops@example.org"]);
  });
});

describe("the database's own schedules", () => {
  async function add(values: object): Promise<string> {
    const [row] = await ledger.database.query(
      "insert into email_schedule (values, is_active, version, created_by, created_at) values ($1, true, 1, 'x', now()) returning email_schedule_id::int as id",
      [JSON.stringify({ cronSchedule: "0 0 * * *", ...values })],
    );
    return `email_schedule/${row?.id}`;
  }

  it("mail the addresses of their rows; without organizations only those that are operators, and only the operators' mail", async () => {
    const config = configOf([]);
    const catalogue = loadCatalogue();
    const schedules = () =>
      databaseSchedules(() => openSnapshot(ledger.settings, { applicationName: "test" }), catalogue, config);
    const own = await add({ organizations: ["ca-dph"], emails: ["own@ca-dph.example"] });
    const all = await add({ organizations: [], emails: ["OPS@example.org", "stranger@x.example"] });
    const broken = await add({ cronSchedule: "often", organizations: [] });
    for (const name of [own, all]) await knownSince(name, "24 hours");
    const round = await runRound(tools(config, schedules));
    expect(round).toMatchObject({ done: 2, failed: 0, faults: [expect.stringContaining(broken)] });
    expect(await rowsOf("schedule, state")).toEqual(
      expect.arrayContaining([
        { schedule: own, state: "done" },
        { schedule: all, state: "done" },
      ]),
    );
    // Two operators' mails, one a schedule; the row's own address instead of the configured one; the stranger nothing.
    expect(to().map((address) => address.toLowerCase())).toEqual([
      "ops@example.org",
      "ops@example.org",
      "own@ca-dph.example",
    ]);

    // What falls due while a row is switched off is not missed when it is switched on again.
    await ledger.database.query("update email_schedule set is_active = false");
    await runRound(tools(config, schedules));
    const [off] = await ledger.database.query(
      "select count(*)::int as n from lineage_report.schedule where considered_until is null",
    );
    expect(off?.n).toBe(2);
  });
});
