import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JudgedWeek, OperatorsSummary } from "../../src/summary/operators/types.ts";
import type { Summary } from "../../src/summary/types.ts";
import { figuresOf, shownFor, valueAt } from "../report/page-figures.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type Report, type Scenario, scenario } from "../support/rows.ts";
import { type FinishedRun, run } from "../support/run-folder.ts";
import { commandHere, runHere } from "../support/run-here.ts";

/** A Friday: the window. The database is read on Saturday noon, New York five hours behind UTC. */
const DAY = "2026-11-20";
const NOW = "2026-11-21T17:00:00Z";
const CANARY = "CANARY-77ab";
const HOSTILE = "<img src=x onerror=alert(1)>";

let database: TestDatabase;
let out: string;
let finished: FinishedRun;
let summary: Summary;
let operators: OperatorsSummary;

beforeAll(async () => {
  database = await createTestDatabase();
  out = await mkdtemp(join(tmpdir(), "lineage-report-operators-"));
  const sc = scenario(database.client, "operators");
  await settings(sc);
  await failures(sc);
  await queueAndTables(sc);
  await duplicates(sc);
  await runHere(database.readerUrl, out, "--date", "2026-11-18", "--as-of", "2026-11-19T12:00:00Z");
  finished = await run(database.readerUrl, out, "--date", DAY, "--as-of", NOW);
  summary = await finished.summary();
  operators = summary.operators as OperatorsSummary;
}, 180_000);

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
  await database?.drop();
});

async function settings(sc: Scenario): Promise<void> {
  const oldOrganization = await sc.organization("oh-odh", {}, { active: false });
  const old = await sc.receiver("oh-odh.elr", {}, { active: false });
  const organization = await sc.organization("oh-odh", {}, { version: 1, at: "2026-10-01T00:00:00Z" });
  const transport = { type: "SFTP", host: CANARY, port: "22" };
  // Changed a minute before the window's end and so within its 48 hours.
  const now = await sc.receiver("oh-odh.elr", { transport }, { version: 1, at: "2026-11-21T04:59:00Z" });
  await sc.receiver("ks-kdhe.elr", {}, { at: "2026-11-18T05:00:00Z", createdBy: "staff@ops.example" });
  await sc.receiver("wa-phd.elr");
  await sc.receiver("pa-doh.elr", {}, { at: "2026-11-21T05:00:00Z" });
  await sc.receiver(`evil.${HOSTILE}`);
  const check = (ids: [number, number], at: string, failure?: string) => ({
    ...{ organization_id: ids[0], receiver_id: ids[1], connection_check_successful: failure === undefined },
    ...{ connection_check_result: failure ?? "", connection_check_started_at: at, connection_check_completed_at: at },
  });
  const refused = `${CANARY} UserAuthException: Exhausted available authentication methods`;
  await sc.insert("receiver_connection_check_results", [
    check([oldOrganization, old], "2026-11-17T10:00:00Z"),
    check([oldOrganization, old], "2026-11-18T12:42:00Z", refused),
    check([organization, now], "2026-11-21T10:00:00Z", refused),
    // After what the window settles by.
    check([organization, now], "2026-11-22T10:00:00Z"),
  ]);
}

async function failures(sc: Scenario): Promise<void> {
  const made = async (at: string, receiver: string, items: number): Promise<Report> => {
    const path = await sc.happyPath({ at, sender: "acme-labs.default", items, receivers: [receiver], until: "batch" });
    return path.batches[receiver] as Report;
  };
  const failed = async (at: string, receiver: string, items: number, day = at.slice(0, 10)): Promise<Report> => {
    const file = await made(at, receiver, items);
    await sc.sendError(file, { kind: "immediate", at: `${day}T23:00:00Z` });
    return file;
  };
  // Long expired, expiring soon, and of a day in which nothing else was.
  await failed("2026-09-01T10:00:00Z", "oh-odh.elr", 100);
  await failed("2026-09-30T10:00:00Z", "ks-kdhe.elr", 2);
  await failed("2026-11-19T10:00:00Z", "oh-odh.elr", 3);
  // Recovered before the window, and in it.
  const before = await failed("2026-11-15T10:00:00Z", "ks-kdhe.elr", 1);
  await sc.resend(before, { at: "2026-11-16T10:00:00Z" });
  await sc.send(before, { at: "2026-11-16T10:05:00Z" });
  const within = await failed("2026-11-17T10:00:00Z", "ks-kdhe.elr", 5);
  await sc.resend(within, { at: "2026-11-20T15:00:00Z" });
  await sc.send(within, { at: "2026-11-20T15:05:00Z" });
  // Asked for and not sent yet; failed before and again in the window; new.
  const asked = await failed("2026-11-18T10:00:00Z", "ks-kdhe.elr", 4);
  await sc.resend(asked, { at: "2026-11-21T16:59:00Z" });
  const twice = await failed("2026-11-18T11:00:00Z", "wa-phd.elr", 6);
  await sc.resend(twice, { at: "2026-11-20T16:00:00Z" });
  await sc.sendError(twice, { kind: "immediate", at: "2026-11-20T16:05:00Z" });
  await failed("2026-11-20T12:00:00Z", `evil.${HOSTILE}`, 7);
  // After the window.
  await failed("2026-11-21T06:00:00Z", "oh-odh.elr", 8, "2026-11-21");
}

async function queueAndTables(sc: Scenario): Promise<void> {
  const at = "2026-11-20T20:00:00Z";
  await sc.happyPath({ at, sender: "acme-labs.default", items: 2, receivers: ["wa-phd.elr"], until: "receive" });
  const version = (table: string, number: number, active: boolean) => ({
    ...{ table_name: table, table_version: number, is_active: active, created_by: "steward@ops.example" },
    created_at: `2026-11-0${number}T00:00:00Z`,
  });
  await sc.insert("lookup_table_version", [
    version("LIVD-SARS-CoV-2", 1, true),
    version("LIVD-SARS-CoV-2", 2, false),
    version("fine", 1, false),
    version("fine", 2, true),
    version("never", 3, false),
  ]);
}

async function duplicates(sc: Scenario): Promise<void> {
  const path = (at: string, items: number) =>
    sc.happyPath({ at, sender: "acme-labs.default", items, receivers: ["wa-phd.elr"] });
  // Sent the day before, and again in the window because somebody asked.
  const earlier = (await path("2026-11-19T10:00:00Z", 39)).batches["wa-phd.elr"] as Report;
  await sc.resend(earlier, { at: "2026-11-20T20:02:00Z" });
  await sc.send(earlier, { at: "2026-11-20T20:03:00Z" });
  // Submitted in the window and sent twice in it, without anybody asking.
  const within = (await path("2026-11-20T11:00:00Z", 3)).batches["wa-phd.elr"] as Report;
  await sc.send(within, { at: "2026-11-20T21:00:00Z" });
  await path("2026-11-20T13:00:00Z", 1);
}

const open = () => operators.earlierFailures.failures.filter(({ state }) => state === "open");

describe("last-mile failures", () => {
  test("from before the window are those still open, and those made good since it began", () => {
    const told = operators.earlierFailures.failures.map(({ receiver, items, state }) => [receiver, items, state]);
    expect(told).toEqual([
      ["ks-kdhe.elr", 2, "open"],
      ["ks-kdhe.elr", 5, "recovered"],
      ["ks-kdhe.elr", 4, "resent"],
      ["oh-odh.elr", 3, "open"],
    ]);
    expect(operators.earlierFailures.from).toBe("2026-09-21T05:00:00.000Z");
  });

  test("are counted apart from those of the window, and what expires soon is called out", () => {
    expect(operators.lastMile).toMatchObject({
      ...{ newFiles: 2, newItems: 13, standingFiles: 2, standingItems: 5, resentFiles: 1, recoveredFiles: 1 },
      ...{ maybeDeliveredFiles: 0, expiringFiles: 1 },
    });
    expect(operators.lastMile.firstExpiresAt).toMatch(/^2026-11-29T/);
    expect(operators.lastMile.newFiles).toBe(summary.failures.filter(({ state }) => state === "open").length);
  });

  test("are what `failures` says of the same time", async () => {
    const { from } = operators.earlierFailures;
    const asked = ["failures", "--from", from, "--to", DAY, "--as-of", NOW, "--json"];
    const stdout = await commandHere(database.readerUrl, ...asked);
    const files = (JSON.parse(stdout) as { receivers: { files: { reportId: string; state: string }[] }[] }).receivers
      .flatMap((receiver) => receiver.files)
      .filter(({ state }) => state === "open")
      .map(({ reportId }) => reportId);
    const ours = [...open(), ...summary.failures.filter(({ state }) => state === "open")].map(
      ({ reportId }) => reportId,
    );
    expect(ours.sort()).toEqual(files.sort());
  });
});

test("connections down are told by name through the versions, with what is behind them, up to when the window settles", () => {
  expect(operators.lookedUntil).toBe("2026-11-21T17:00:00.000Z");
  const { down, up, unchecked } = operators.connections;
  expect(down).toEqual([
    {
      ...{ receiver: "oh-odh.elr", organization: "oh-odh", downSince: "2026-11-18T12:42:00.000Z", isFirstKnown: true },
      ...{ failedChecks: 2, errorFamily: "authentication", sameErrorBefore: 0 },
      ...{ lastSuccessAt: "2026-11-17T10:00:00.000Z", lastCheckAt: "2026-11-21T10:00:00.000Z" },
      ...{ waitingFiles: 0, waitingItems: 0, failedFiles: 1, failedItems: 3 },
    },
  ]);
  expect(up).toBe(0);
  expect(unchecked).toEqual([`evil.${HOSTILE}`, "ks-kdhe.elr", "pa-doh.elr", "wa-phd.elr"]);
});

test("the queue tells what is past due by step, as its query does", async () => {
  const [convert] = operators.stuck.steps ?? [];
  expect(convert).toMatchObject({ step: "convert", tasks: 1, items: 2, stuckTasks: 1, stuckItems: 2 });
  const tasks = (operators.stuck.steps ?? []).map((step) => [step.step, step.tasks]);
  const rows = await database.query<{ step: string; tasks: string }>(
    `select next_action::text as step, count(*) as tasks from task where next_action not in ('none', 'send_error') group by 1`,
  );
  expect(Object.fromEntries(tasks)).toEqual(Object.fromEntries(rows.map(({ step, tasks: n }) => [step, Number(n)])));
});

test("the waterfall adds up in both counts, and to what items.csv says", async () => {
  const { undelivered } = operators;
  const items = await finished.csv("items.csv");
  const sum = (of: "items" | "itemsAndReceivers") => undelivered.reduce((all, line) => all + line[of], 0);
  expect(sum("items")).toBe(summary.totals.items);
  expect(sum("itemsAndReceivers")).toBe(items.length);
  for (const outcome of new Set(items.map((row) => row.outcome))) {
    const lines = undelivered.filter((line) => line.outcome === outcome);
    expect(lines.reduce((all, line) => all + line.itemsAndReceivers, 0)).toBe(
      items.filter((row) => row.outcome === outcome).length,
    );
  }
});

test("duplicates are those of items.csv, and files sent again whose first sending was before the window", async () => {
  const twice = (await finished.csv("items.csv")).filter((row) => Number(row.times_delivered) > 1);
  expect(operators.duplicates).toEqual({
    items: [
      {
        ...{ receiver: "wa-phd.elr", organization: "wa-phd", cause: "same file sent twice" },
        ...{ items: twice.length, copies: 3, mostTimes: 2 },
      },
    ],
    files: [
      { receiver: "wa-phd.elr", organization: "wa-phd", cause: "operator resend", files: 1, items: 39 },
      { receiver: "wa-phd.elr", organization: "wa-phd", cause: "same file sent twice", files: 1, items: 3 },
    ],
    ...{ totalItems: 3, totalFiles: 2 },
  });
});

test("settings changed in the 48 hours before the window's end are told by path, never by value", async () => {
  const { from, to, changes } = operators.settingChanges;
  expect([from, to]).toEqual(["2026-11-19T05:00:00.000Z", "2026-11-21T05:00:00.000Z"]);
  expect(changes.map(({ fullName, change, version }) => [fullName, change, version])).toEqual([
    ["oh-odh.elr", "changed", 1],
  ]);
  expect(changes[0]?.paths).toContain("transport.host");
  for (const file of ["summary.json", "index.html", "attention.csv"])
    expect(await finished.text(file)).not.toContain(CANARY);
});

test("lookup tables whose newest version is not active", () => {
  expect(operators.lookupTables).toMatchObject({
    tables: 3,
    notActive: [
      { table: "LIVD-SARS-CoV-2", activeVersion: 1, newestVersion: 2, newestCreatedAt: "2026-11-02T00:00:00.000Z" },
      { table: "never", activeVersion: null, newestVersion: 3 },
    ],
  });
});

test("the week so far takes earlier days from the folder, and names those that are missing", async () => {
  const week = operators.week as JudgedWeek;
  expect(week).toMatchObject({ isoWeek: "2026-W47", friday: DAY, provisional: true });
  expect(week.missingDays).toEqual(["2026-11-16", "2026-11-17", "2026-11-19"]);
  expect(week.days.map(({ date, folder }) => [date, folder])).toEqual([
    ["2026-11-18", "2026-11-18"],
    [DAY, null],
  ]);
  const items = await finished.csv("items.csv");
  const routed = items.filter((row) => row.receiver !== "" && row.outcome !== "filtered");
  const sent = routed.filter((row) => row.outcome === "delivered" || row.outcome === "downloaded");
  expect(week.days[1]).toMatchObject({ routed: routed.length, sent: sent.length });
  expect(week.routed).toBe(week.days.reduce((sum, day) => sum + day.routed, 0));
});

test("the verdict tells the gravest first", () => {
  const { level, facts } = operators.verdict;
  expect(level).toBe("action");
  expect(facts[0]?.text).toBe(`2 files newly failed (evil.${HOSTILE}, wa-phd.elr)`);
  expect(facts.map(({ section }) => section)).toContain("connections");
});

describe("index.html", () => {
  test("shows in every figure what summary.json has in its place", async () => {
    const figures = figuresOf(await finished.text("index.html"));
    expect(figures.length).toBeGreaterThan(150);
    for (const { of, text } of figures) expect(shownFor(valueAt(summary, of)), of).toContain(text);
  });

  test("has the figures of the CSV files", async () => {
    const shown = new Map(figuresOf(await finished.text("index.html")).map(({ of, text }) => [of, text]));
    const failed = await finished.csv("failures.csv");
    const open = failed.filter((row) => row.state === "open");
    expect(shown.get("operators.lastMile.newFiles")).toBe(String(open.length));
    expect(shown.get("operators.lastMile.newItems")).toBe(
      String(open.reduce((sum, row) => sum + Number(row.items), 0)),
    );
    const items = await finished.csv("items.csv");
    expect(shown.get("operators.duplicates.totalItems")).toBe(
      String(items.filter((row) => Number(row.times_delivered) > 1).length),
    );
    expect(shown.get("totals.byItemAndReceiver.delivered")).toBe(
      String(items.filter((row) => row.outcome === "delivered").length),
    );
    const attention = await finished.csv("attention.csv");
    expect(shown.get("operators.connections.down.length")).toBe(
      String(attention.filter((row) => row.section === "connections" && row.state === "down").length),
    );
    const groups = await finished.csv("error-groups.csv");
    expect(shown.get("errorGroups.length")).toBe(String(groups.length));
  });

  test("keeps hostile names as text", async () => {
    const html = await finished.text("index.html");
    expect(html).toContain("evil.&lt;img src&#x3D;x");
    expect(html).not.toContain("<img");
  });
});

describe("attention.csv", () => {
  test("has every line of the summary but error groups, each with who acts and how to get it again", async () => {
    const rows = await finished.csv("attention.csv");
    const of = (section: string, state?: string) =>
      rows.filter((row) => row.section === section && (state === undefined || row.state === state));
    expect(of("last-mile")).toHaveLength(summary.failures.length + operators.earlierFailures.failures.length);
    expect(of("connections", "down").map((row) => row.subject)).toEqual(["oh-odh.elr"]);
    expect(of("undelivered").reduce((sum, row) => sum + Number(row.items), 0)).toBe(summary.totals.items);
    expect(of("duplicates").map((row) => row.items)).toEqual(["3", "39", "3"]);
    expect(of("tables").map((row) => row.subject)).toEqual(["LIVD-SARS-CoV-2", "never"]);
    expect(of("week", "missing")).toHaveLength(3);
    expect(of("caveats").map((row) => row.subject)).toContain("acceptance");
    for (const row of rows) {
      expect(["sender", "reportstream", "receiver", "nobody"]).toContain(row.acts);
      expect(row.reproduce).not.toBe("");
    }
  });

  test("names commands that this program has", async () => {
    const commands = new Set((await finished.csv("attention.csv")).map((row) => row.reproduce));
    const asked = [...commands].filter((command) => /^lineage-report (?!run)/.test(command));
    expect(asked.length).toBeGreaterThan(5);
    for (const command of asked) {
      const words = command.split(" ").slice(1);
      await expect(commandHere(database.readerUrl, ...words), command).resolves.not.toBe("");
    }
  });
});

test("organizations' folders hold nothing of it, and nothing of the directory of all", async () => {
  const secrets = ["staff@ops.example", "steward@ops.example", "LIVD-SARS-CoV-2", "newly failed"];
  expect(await finished.text("organizations.csv")).toContain("pa-doh");
  for (const { folder } of summary.organizations) {
    const files = await readdir(join(finished.folder, folder));
    expect(files).not.toContain("attention.csv");
    expect(files).not.toContain("organizations.csv");
    for (const file of files) {
      const text = await finished.text(`${folder}/${file}`);
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  }
});

test("a run for one organization speaks of that one only, and leaves out what is nobody's", async () => {
  const limited = await runHere(
    database.readerUrl,
    join(out, "limited"),
    "--date",
    DAY,
    "--as-of",
    NOW,
    "--organization",
    "wa-phd",
  );
  const { operators: own, totals } = await limited.summary();
  expect(own).toMatchObject({
    ...{ stuck: { steps: null, stuckTasks: 0 }, lookupTables: null, settingChanges: { changes: [] } },
    ...{ connections: { down: [], unchecked: ["wa-phd.elr"] }, earlierFailures: { failures: [] } },
    lastMile: { newFiles: 1, standingFiles: 0 },
  });
  expect(own?.undelivered.reduce((sum, { items }) => sum + items, 0)).toBe(totals.items);
  expect(own?.caveats.map(({ kind }) => kind)).toContain("limited");
  expect(await limited.text("attention.csv")).not.toContain("oh-odh");
});

describe("a database", () => {
  let empty: TestDatabase;
  beforeAll(async () => {
    empty = await createTestDatabase();
  });
  afterAll(() => empty?.drop());

  test("without a row makes a run that says so", async () => {
    const nothing = await runHere(empty.readerUrl, join(out, "empty"), "--date", DAY);
    const { operators: none } = await nothing.summary();
    expect(none?.verdict).toEqual({ level: "nothing", facts: [] });
    expect(none?.caveats.map(({ text }) => text).join(" ")).toContain("no setting of any receiver");
    const sections = (await nothing.csv("attention.csv")).map((row) => row.section);
    for (const section of ["last-mile", "stuck", "duplicates", "tables"]) expect(sections).not.toContain(section);
  });

  test("without settings makes a run of what the other tables say", async () => {
    const sc = scenario(empty.client, "no-settings");
    await sc.receiver("oh-odh.elr");
    await sc.happyPath({ at: `${DAY}T12:00:00Z`, sender: "acme-labs.default", items: 1, receivers: ["oh-odh.elr"] });
    await empty.query("delete from setting");
    const without = await runHere(empty.readerUrl, join(out, "no-settings"), "--date", DAY);
    const { totals, operators: some } = await without.summary();
    expect(totals.byItem.delivered).toBe(1);
    expect(some?.connections).toMatchObject({ up: 0, notChecked: 0, down: [] });
    expect(some?.caveats.map(({ kind }) => kind)).toContain("settings");
  });
});
