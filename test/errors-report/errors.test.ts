import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { details, type Report, scenario } from "../support/rows.ts";
import { type CsvRow, type FinishedRun, readCsv, run } from "../support/run-folder.ts";

const DAY = ["--date", "2026-11-20"];
const AS_OF = ["--as-of", "2026-11-21T12:00:00Z"];
const WINDOW = "created_at >= '2026-11-20T05:00:00Z' and created_at < '2026-11-21T05:00:00Z'";
const MEGABYTE = `Bundle remark ${"lorem ipsum ".repeat(87_500)}`;

let database: TestDatabase;
let out: string;
let before: FinishedRun;
let finished: FinishedRun;
let rejected: number[];
let lost: number;
let root: Report;

beforeAll(async () => {
  database = await createTestDatabase();
  out = await mkdtemp(join(tmpdir(), "lineage-report-errors-"));
  const sc = scenario(database.client, "errors");
  for (const name of ["ca-dph.elr", "ca-dph-x.elr"]) await sc.receiver(name);
  const item = (index: number | null, detail: Record<string, unknown>) =>
    ({ type: "warning", scope: "item", index, trackingId: `MSG-${index}`, detail }) as const;

  // The day before: one group that stays, one that goes, and a code that stays.
  const earlier = await sc.receive({ at: "2026-11-19T15:00:00Z", sender: "acme-labs.default", items: 2 });
  await sc.convert(earlier, {
    logs: [
      item(1, details.missingField("specimen_type (SPM-4)")),
      item(1, details.unmappableCondition("99999-9")),
      item(2, details.invalidDate("31/31/25", "test_date")),
    ],
  });

  root = await sc.receive({ at: "2026-11-20T15:00:00Z", sender: "acme-labs.default", items: 3 });
  await sc.convert(root, {
    failed: [3],
    logs: [
      ...[1, 2].map((index) => item(index, details.missingField("specimen_type (SPM-4)"))),
      item(2, details.invalidPhone("555-867-5309", "patient_phone_number (PID-13)")),
      item(1, details.unmappableCondition("99999-9", "80382-5")),
      // Positions that no item has.
      item(0, details.invalidDate("1/2/25", "test_date")),
      item(-7, details.invalidDate("3/4/25", "test_date")),
      { type: "info", scope: "report", detail: details.invalidReport("nobody needs to know") },
      { type: "warning", scope: "internal", detail: details.invalidReport("inside of ReportStream") },
      { type: "warning", scope: "report", detail: details.invalidReport(MEGABYTE) },
      { type: "warning", scope: "report", detail: details.invalidReport("\u202e\u05e9\u05dc\u05d5\u05dd =1+1") },
      { type: "warning", scope: "report", detail: details.invalidReport("=HYPERLINK(0)") },
    ],
  });
  const two = await sc.receive({ at: "2026-11-20T16:00:00Z", sender: "mns.default", items: 2 });
  for (const converted of await sc.convert(two)) {
    const [file] = await sc.destinationFilter(converted, { receivers: ["ca-dph.elr"] });
    const ready = await sc.enrich(file!);
    await sc.receiverFilter(ready, {
      filtered: { type: "PROCESSING_MODE_FILTER", expressions: ["%processingId = 'P'"] },
    });
  }
  const three = await sc.receive({ at: "2026-11-20T16:30:00Z", sender: "toledo-lab.csv", items: 1 });
  for (const converted of await sc.convert(three)) {
    const [file] = await sc.destinationFilter(converted, { receivers: ["ca-dph-x.elr"] });
    const ready = await sc.enrich(file!);
    await sc.receiverFilter(ready, { filtered: {} });
  }
  // The translator of the older pipeline writes every result twice.
  await database.query(
    `insert into action_log (action_id, report_id, index, tracking_id, type, scope, detail, created_at)
     select action_id, report_id, index, tracking_id, type, scope, detail, created_at
     from action_log where type = 'filter' and report_id in (select report_id from report_file where receiving_org = 'ca-dph')`,
  );
  rejected = [];
  for (let at = 0; at < 3; at++) {
    const logs = Array.from({ length: 120 }, (_, row) => ({
      type: "error" as const,
      scope: "item" as const,
      index: row + 1,
      trackingId: `ROW-${row + 1}`,
      detail: details.invalidDate(`${row}/99/25`, "test_date"),
    }));
    rejected.push(await sc.rejected({ at: `2026-11-20T17:0${at}:00Z`, sender: "acme-labs.default", logs }));
  }
  const clue = { type: "info" as const, scope: "report" as const, detail: details.invalidReport("Report has no rows") };
  rejected.push(await sc.rejected({ at: "2026-11-20T18:00:00Z", sender: null, logs: [clue] }));
  // About a report that is in no table any more.
  lost = await sc.action({ name: "convert", at: "2026-11-20T19:00:00Z" });
  await database.query(
    `insert into action_log (action_id, report_id, type, scope, detail, created_at)
     values ($1, null, 'error', 'report', '"no object"', '2026-11-20T19:00:00Z'), ($1, null, 'warning', 'report', null, '2026-11-20T19:00:01Z')`,
    [lost],
  );
  before = await run(database.readerUrl, out, "--date", "2026-11-19", ...AS_OF);
  finished = await run(database.readerUrl, out, ...DAY, ...AS_OF);
}, 120_000);

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
  await database?.drop();
});

function tally(rows: readonly CsvRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type, scope } of rows) counts[`${type}/${scope}`] = (counts[`${type}/${scope}`] ?? 0) + 1;
  return counts;
}

describe("errors.csv of a run", () => {
  test("has the rows that SQL counts in the window by type and scope, doubled filter results once", async () => {
    const counted = await database.query<{ key: string; rows: number }>(
      `select type || '/' || scope as key, count(*)::int as rows from action_log
       where ${WINDOW} and (type <> 'info' or action_id = any ($1)) group by 1`,
      [rejected],
    );
    const expected = Object.fromEntries(counted.map(({ key, rows }) => [key, rows]));
    expect(expected["filter/report"]).toBe(5);
    const summary = await finished.summary();
    expect(summary.errorRows.doubledFilterResults).toBe(2);
    expect(tally(await finished.csv("errors.csv"))).toEqual({ ...expected, "filter/report": 3 });
  });

  test("has every row in one group, and the groups' counts add up", async () => {
    const rows = await finished.csv("errors.csv");
    const groups = await finished.csv("error-groups.csv");
    const summary = await finished.summary();
    expect(groups.reduce((sum, { count }) => sum + Number(count), 0)).toBe(rows.length);
    expect(summary.errorRows).toMatchObject({ rows: rows.length, withoutMessage: 0 });
    const keys = groups.map((group) =>
      [group.type, group.scope, group.error_code, group.field, group.message, group.sender, group.receiver].join("|"),
    );
    expect(new Set(keys).size).toBe(keys.length);
    // 360 dates that differ in their values are one group of three submissions and 360 items.
    expect(groups.find(({ count }) => count === "360")).toMatchObject({
      submissions: "3",
      items: "360",
      field: "test_date",
    });
    for (const key of ["type", "scope", "error_code", "sender"]) {
      const ofRows = [...new Set(rows.map((row) => row[key]))].sort();
      expect([...new Set(groups.map((group) => group[key]))].sort()).toEqual(ofRows);
    }
  });

  test("ties rejected requests to their action, infos included, and keeps entries that have lost their report", async () => {
    const rows = await finished.csv("errors.csv");
    const last = rows.filter(({ submission_id }) => submission_id === String(rejected[3]));
    expect(last).toMatchObject([{ type: "info", report_id: "", sender: "", message: "Report has no rows" }]);
    const row = rows.filter(({ submission_id }) => submission_id === String(rejected[0]));
    expect(row).toHaveLength(120);
    const last120 = row.find(({ item }) => item === "120");
    expect(last120).toMatchObject({ tracking_id: "ROW-120", sender: "acme-labs.default", report_id: "" });
    const lostRows = rows.filter(({ logged_at }) => logged_at?.startsWith("2026-11-20T19:00:0"));
    expect(lostRows).toMatchObject([
      { type: "error", submission_id: "", sender: "", error_code: "UNKNOWN" },
      { type: "warning", submission_id: "", message: "No detail was stored" },
    ]);
  });

  test("shows positions from 1 and none for those that no item has", async () => {
    const rows = (await finished.csv("errors.csv")).filter(({ report_id }) => report_id === root.id);
    const dates = rows.filter(({ field }) => field === "test_date");
    // Entries of one instant stand by the id of their row.
    expect(dates.map(({ item, tracking_id }) => [item, tracking_id]).sort()).toEqual([
      ["", "MSG--7"],
      ["", "MSG-0"],
    ]);
    expect(rows.find(({ type }) => type === "error")).toMatchObject({
      item: "3",
      error_code: "INVALID_MSG_VALIDATION",
    });
  });

  test("holds a message of a megabyte, right-to-left text and a formula as text", async () => {
    const messages = (await finished.csv("errors.csv")).map(({ message }) => message ?? "");
    expect(messages).toContain(MEGABYTE);
    expect(messages).toContain("'=HYPERLINK(0)");
    expect(messages.some((message) => message.includes("\u05e9\u05dc\u05d5\u05dd"))).toBe(true);
    const groups = await finished.csv("error-groups.csv");
    expect(Math.max(...groups.map(({ message }) => message?.length ?? 0))).toBeLessThanOrEqual(510);
  });

  test("gives each sender its own submissions, and each receiver what its own filters took", async () => {
    expect(new Set((await finished.csv("organizations/acme-labs/errors.csv")).map(({ sender }) => sender))).toEqual(
      new Set(["acme-labs.default"]),
    );
    const inside = await finished.csv("organizations/acme-labs/errors.csv");
    expect(inside.filter(({ scope }) => scope === "internal")).toEqual([]);
    const groups = await finished.csv("organizations/acme-labs/error-groups.csv");
    expect(new Set(groups.map(({ sender }) => sender))).toEqual(new Set(["acme-labs.default"]));
    expect(groups.reduce((sum, { count }) => sum + Number(count), 0)).toBe(inside.length);
    expect((await finished.csv("errors.csv")).filter(({ scope }) => scope === "internal")).toHaveLength(1);
    const own = await finished.csv("organizations/ca-dph/filter-results.csv");
    expect(own.map(({ type, sender, receiver }) => [type, sender, receiver])).toEqual([
      ["filter", "mns.default", "ca-dph.elr"],
      ["filter", "mns.default", "ca-dph.elr"],
    ]);
    const lookAlike = await finished.csv("organizations/ca-dph-x/filter-results.csv");
    expect(lookAlike.map(({ receiver }) => receiver)).toEqual(["ca-dph-x.elr"]);
    expect(await finished.csv("organizations/ca-dph/errors.csv")).toEqual([]);
  });
});

describe("the summary of a run", () => {
  test("marks groups as new, standing and gone against the run before", async () => {
    const summary = await finished.summary();
    expect(summary.previousRun).toMatchObject({ folder: "2026-11-19" });
    const status = (field: string, sender = "acme-labs.default") =>
      summary.errorGroups
        .filter((group) => group.field === field && group.sender === sender)
        .map((group) => [group.type, group.status]);
    expect(status("specimen_type (SPM-4)")).toEqual([["warning", "standing"]]);
    expect(status("patient_phone_number (PID-13)")).toEqual([["warning", "new"]]);
    expect(
      summary.goneErrorGroups.map(({ field, message, status: mark }) => [field, message.slice(0, 28), mark]),
    ).toEqual([["observation.{code|valueCodeableConcept}.coding.code", "Missing mapping for code(s):", "gone"]]);
    const first = await before.summary();
    expect(first.previousRun).toBeNull();
    expect(first.errorGroups.map((group) => group.status)).toEqual([null, null, null]);
  });

  test("has a row for each code without a condition and its sender", async () => {
    const { unmappedCodes } = await finished.summary();
    expect(unmappedCodes.map(({ code, sender, count, isNew }) => [code, sender, count, isNew])).toEqual([
      ["80382-5", "acme-labs.default", 1, true],
      ["99999-9", "acme-labs.default", 1, false],
    ]);
  });

  test("calls out senders of which filters took everything, with the filters", async () => {
    const { allFiltered } = await finished.summary();
    expect(allFiltered).toEqual([
      { sender: "mns.default", organization: "mns", filtered: 2, items: 2, filters: ["PROCESSING_MODE_FILTER"] },
      { sender: "toledo-lab.csv", organization: "toledo-lab", filtered: 1, items: 1, filters: ["QUALITY_FILTER"] },
    ]);
  });

  test("is on the operators' page", async () => {
    const page = await finished.text("index.html");
    expect(page).toMatch(
      /<th scope="row">mns\.default<\/th><td class="n">2<\/td><td class="n">2<\/td><td class="wide">PROCESSING_MODE_FILTER<\/td>/,
    );
    expect(page).toMatch(
      /<th scope="row">80382-5 <span class="new">new<\/span><\/th><td>acme-labs\.default<\/td><td class="n">1</,
    );
    expect(page).toContain("New since 2026-11-19");
  });
});

describe("--unmasked", () => {
  test("unmasks the operators' errors.csv, and nothing else", async () => {
    const open = await run(database.readerUrl, join(out, "unmasked"), ...DAY, ...AS_OF, "--unmasked");
    expect(JSON.parse(await open.text("manifest.json")).options.unmasked).toBe(true);
    const rows = await open.csv("errors.csv");
    expect(rows.filter(({ message }) => message?.includes("555-867-5309"))).toHaveLength(1);
    const files = ["error-groups.csv", "summary.json", "index.html"];
    const organizations = (await open.organizations()).map((name) => `organizations/${name}`);
    for (const file of [
      ...files,
      ...organizations.flatMap((path) => [`${path}/errors.csv`, `${path}/filter-results.csv`]),
    ]) {
      expect((await open.text(file)).includes("867-5309"), file).toBe(false);
    }
    // The organization's copy is what it is without the option.
    const path = "organizations/acme-labs/errors.csv";
    expect(await open.text(path)).toBe(await finished.text(path));
    expect(rows.map(({ logged_at, item }) => [logged_at, item])).toEqual(
      (await finished.csv("errors.csv")).map(({ logged_at, item }) => [logged_at, item]),
    );
  });
});

describe("the command errors", () => {
  async function errors(...args: string[]): Promise<string> {
    const env = { DATABASE_URL: database.readerUrl };
    const { code, stdout, stderr } = await runProgram(["errors", "--quiet", ...DAY, ...args], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }

  test("prints the rows of the run's errors.csv, byte for byte", async () => {
    expect(await errors("--format", "csv")).toBe(await finished.text("errors.csv"));
  });

  test("--group prints its error-groups.csv", async () => {
    expect(await errors("--group", "--format", "csv")).toBe(await finished.text("error-groups.csv"));
  });

  test("filters by sender, receiver and code, and look-alikes stay apart", async () => {
    const rows = async (...args: string[]) =>
      parse(await errors("--format", "csv", ...args), { columns: true }) as CsvRow[];
    const ofReceiver = await rows("--receiver", "ca-dph");
    expect(new Set(ofReceiver.map(({ receiver }) => receiver))).toEqual(new Set(["ca-dph.elr"]));
    expect(await rows("--sender", "mns.default", "--code", "INVALID_MSG_VALIDATION")).toEqual([]);
    expect(await rows("--code", "INVALID_MSG_VALIDATION")).toMatchObject([{ item: "3", sender: "acme-labs.default" }]);
  });

  test("prints JSON lines, masked unless asked otherwise, and tables", async () => {
    const phone = ["--code", "INVALID_MSG_PARSE_TELEPHONE"];
    const [line, rest] = (await errors(...phone, "--json")).split("\n");
    expect(JSON.parse(line as string)).toMatchObject({ item: 2, message: expect.stringContaining("‹") });
    expect(rest).toBe("");
    expect(await errors(...phone, "--json", "--unmasked")).toContain("555-867-5309");
    expect(await errors(...phone, "--format", "table")).toMatch(/\(1 row\)\n$/);
  });

  test("refuses groups of unmasked messages", async () => {
    const { code, stderr } = await runProgram(["errors", "--group", "--unmasked"], {
      env: { DATABASE_URL: database.readerUrl },
    });
    expect(code).toBe(2);
    expect(stderr).toContain("--group and --unmasked contradict each other");
  });
});

test("a run of the day before is compared only with runs of its own length", async () => {
  const week = await run(database.readerUrl, out, "--from", "2026-11-19", "--to", "2026-11-20", ...AS_OF);
  expect((await week.summary()).previousRun).toBeNull();
  expect(await readCsv(join(week.folder, "errors.csv"))).not.toHaveLength(0);
});
