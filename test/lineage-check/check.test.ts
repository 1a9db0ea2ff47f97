import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { main } from "../../src/cli/program.ts";
import type { CheckResult } from "../../src/lineage-check/types.ts";
import { testContext } from "../cli/test-context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type HappyPath, type Scenario, scenario } from "../support/rows.ts";

let database: TestDatabase;
let rows: Scenario;
let path: HappyPath;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** A day of ordinary history: two receivers, a filter, a rejected item, an empty batch, a resend, downloads, the older pipeline. */
beforeEach(async () => {
  await database.query("truncate action, task, setting, report_file, report_lineage, item_lineage, action_log cascade");
  rows = scenario(database.client);
  await rows.receiver("aa-phd.elr");
  await rows.receiver("bb-phd.elr");
  await rows.receiver("cc-phd.covid", { topic: "covid-19" });
  path = await rows.happyPath({ at: "2026-11-20T14:00:00Z", items: 3, receivers: ["aa-phd.elr", "bb-phd.elr"] });
  await rows.resend(path.batches["aa-phd.elr"]!, { at: "2026-11-20T18:00:00Z" });
  await rows.send(path.batches["aa-phd.elr"]!, { at: "2026-11-20T18:01:00Z" });
  await rows.emptyBatch({ at: "2026-11-20T15:00:00Z", receiver: "aa-phd.elr" });
  const root = await rows.receive({ at: "2026-11-20T15:10:00Z", items: 2 });
  const [good] = await rows.convert(root, { failed: [2] });
  const [filtered] = await rows.destinationFilter(good!, { receivers: ["aa-phd.elr"] });
  await rows.receiverFilter(await rows.enrich(filtered!), { filtered: { type: "QUALITY_FILTER" } });
  const unreadable = await rows.receive({ at: "2026-11-20T15:20:00Z" });
  await rows.unreadable(unreadable);
  await rows.submissionsService({ at: "2026-11-20T15:30:00Z", items: 2 });
  await rows.legacySync({
    at: "2026-11-20T15:40:00Z",
    items: 3,
    receivers: [{ receiver: "cc-phd.covid", filtered: [{ row: 2 }] }],
  });
});

/** The command in this process. */
async function lineageCheck(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const context = testContext({ env: { DATABASE_URL: database.readerUrl } });
  const code = await main(["lineage", "check", "--date", "2026-11-20", "--time-zone", "UTC", ...args], context);
  return { code, stdout: context.out(), stderr: context.err() };
}

async function check(...args: string[]): Promise<{ code: number | null; checks: CheckResult[]; faults: string[] }> {
  const { code, stdout, stderr } = await lineageCheck("--json", ...args);
  if (code !== 0 && code !== 1) throw new Error(stderr);
  const { checks } = JSON.parse(stdout) as { checks: CheckResult[] };
  return { code, checks, faults: checks.filter(({ fault, count }) => fault && count > 0).map(({ name }) => name) };
}

function found(checks: readonly CheckResult[], name: string): CheckResult {
  return checks.find((one) => one.name === name) as CheckResult;
}

const AT = "2026-11-20 16:00:00+00";

async function edge(parent: string, parentIndex: number, child: string, childIndex: number): Promise<void> {
  await database.query(
    `insert into item_lineage (parent_report_id, parent_index, child_report_id, child_index, created_at, item_hash)
     values ($1, $2, $3, $4, $5, '')`,
    [parent, parentIndex, child, childIndex, AT],
  );
}

test("ordinary history has no faults", async () => {
  const { code, faults, checks } = await check();
  expect(faults).toEqual([]);
  expect(code).toBe(0);
  // The submissions service counts one item whatever there is.
  expect(found(checks, "more items than counted").count).toBe(1);
});

test("what downloads double is told, and is no fault; what else is doubled is", async () => {
  const file = path.batches["bb-phd.elr"]!;
  await rows.download(file, { at: "2026-11-20T19:00:00Z" });
  await rows.download(file, { at: "2026-11-21T19:00:00Z" });
  const clean = await check();
  expect(clean.faults).toEqual([]);
  expect(found(clean.checks, "edges doubled by downloads")).toMatchObject({
    count: 1,
    examples: [{ reportId: file.id, text: "12 rows of 3 edges, 2 downloads" }],
  });
  const sent = path.sent["aa-phd.elr"]!;
  await edge(path.batches["aa-phd.elr"]!.id, 2, sent.id, 2);
  const { faults, checks, code } = await check();
  expect(faults).toEqual(["doubled edges"]);
  expect(found(checks, "doubled edges").examples).toEqual([{ reportId: sent.id, text: "4 rows of 3 edges" }]);
  expect(code).toBe(1);
});

test("orphans either way", async () => {
  const task = await rows.orphanTask({ at: "2026-11-20T15:00:00Z" });
  const waiting = path.translated["aa-phd.elr"]![0]!;
  const lone = await rows.receive({ at: "2026-11-20T15:00:00Z" });
  await database.query("delete from task where report_id = any ($1)", [[lone.id, waiting.id]]);
  await database.query("delete from report_lineage where child_report_id = $1", [path.converted[0]!.id]);
  await database.query("delete from item_lineage where child_report_id = $1", [path.converted[0]!.id]);
  const { faults, checks } = await check();
  expect(faults).toEqual([
    "task without report",
    "report without task",
    "report without parent",
    "items without edges",
  ]);
  expect(found(checks, "task without report").examples).toEqual([{ reportId: task, text: "before convert" }]);
  // A report that went on needs no task.
  expect(found(checks, "report without task").examples).toEqual([{ reportId: lone.id, text: "before convert" }]);
  expect(found(checks, "report without parent").examples.map(({ reportId }) => reportId)).toEqual([
    path.converted[0]!.id,
  ]);
});

test("every child tied to every parent, as a merge once did", async () => {
  const file = path.batches["aa-phd.elr"]!;
  const parents = path.translated["aa-phd.elr"]!;
  for (const [from, parent] of parents.entries()) {
    for (let position = 1; position <= 3; position++) {
      if (position !== from + 1) await edge(parent.id, 1, file.id, position);
    }
  }
  const { faults, checks } = await check();
  expect(faults).toEqual(["items of several parents"]);
  expect(found(checks, "items of several parents").examples).toEqual([
    { reportId: file.id, text: "3 items became 3 by 9 edges: each of the one with each of the other" },
  ]);
});

test("positions beyond the items, on either side", async () => {
  const file = path.batches["aa-phd.elr"]!;
  await edge(path.translated["aa-phd.elr"]![0]!.id, 7, file.id, 9);
  const { checks } = await check();
  expect(found(checks, "index beyond items").examples).toEqual([
    { reportId: file.id, text: "edges enter positions 1 to 9 of 3" },
    { reportId: path.translated["aa-phd.elr"]![0]!.id, text: "edges leave positions 1 to 7 of 1" },
  ]);
  expect(found(checks, "items without edges").examples).toEqual([
    { reportId: file.id, text: "3 items by its row, 4 by its edges" },
  ]);
});

test("circles, and a report made of itself", async () => {
  const [first, second] = path.translated["bb-phd.elr"]!;
  await database.query(
    `insert into report_lineage (action_id, parent_report_id, child_report_id, created_at)
     values ($1, $2, $3, $4), ($1, $5, $5, $4)`,
    [first!.actionId, path.batches["bb-phd.elr"]!.id, first!.id, AT, second!.id],
  );
  const { checks, faults } = await check();
  expect(faults).toEqual(["circle", "link without items"]);
  const circles = found(checks, "circle");
  expect(circles.count).toBe(2);
  expect(circles.examples.map(({ text }) => text)).toContain("made of itself");
  expect(found(checks, "link without items").count).toBe(2);
});

test("items tied where the reports are not", async () => {
  const [converted] = path.converted;
  await database.query("delete from report_lineage where child_report_id = $1", [converted!.id]);
  const { checks, faults } = await check();
  expect(faults).toEqual(["items without link"]);
  expect(found(checks, "items without link").examples).toEqual([
    { reportId: converted!.id, text: `made of ${path.root.id} by its items only` },
  ]);
});

test("counts all and names some; other days are not looked at", async () => {
  for (let at = 0; at < 4; at++) await rows.orphanTask({ at: "2026-11-20T15:00:00Z" });
  await rows.orphanTask({ at: "2026-11-19T15:00:00Z" });
  const { stdout, code } = await lineageCheck("--examples", "1");
  expect(code).toBe(1);
  expect(stdout).toContain("FAULT  task without report: 4 tasks whose report was never recorded\n");
  expect(stdout).toContain("         + 3 more\n");
  expect(stdout).toMatch(/\n1 kind of faults; \d+ of 12 checks found nothing\n$/);
});
