import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../src/cli/program.ts";
import { testContext } from "../cli/test-context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { type HappyPath, scenario } from "../support/rows.ts";
import { readCsv, run } from "../support/run-folder.ts";
import { xlsx } from "../tables/file/xlsx-fixture.ts";

const DAY = ["--date", "2026-11-20", "--as-of", "2026-11-21T20:00:00Z"];

interface Row {
  result: string;
  key: string;
  line: number | null;
  timesTheirs: number | null;
  at: string | null;
  submissionId: number | null;
  reportId: string | null;
  item: number | null;
  party: string;
  fileName: string;
  outcome: string | null;
  reason: string;
  acts: string;
  outcomes: string;
  note: string;
}
interface Answer {
  kind: string;
  because: string;
  rows: Row[];
  sums: {
    addsUp: boolean;
    theirs: Record<string, number> & { repairs: Record<string, number> };
    ours: Record<string, number>;
    outcomes: Record<string, { matched: number; onlyOurs: number }>;
  };
}

let database: TestDatabase;
let folder: string;
let sent: HappyPath;
let failed: HappyPath;
let before: HappyPath;
let foreign: HappyPath;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reconcile-"));
  database = await createTestDatabase();
  const sc = scenario(database.client, "reconcile");
  for (const name of ["tn-doh.elr", "tn-doh-x.elr", "ca-dph.elr"]) await sc.receiver(name);
  await sc.receiver("tn-doh.covid", { topic: "covid-19" });
  await sc.receiver("tn-doh.portal", { transport: null });
  for (const name of ["acme-labs.default", "acme-labs-x.default", "acme-labs.second"]) await sc.sender(name);
  await sc.sender("acme-labs.covid", { topic: "covid-19" });
  const path = (at: string, receivers: string[], more: object = {}) =>
    sc.happyPath({ at, sender: "acme-labs.default", receivers, ...more });
  before = await path("2026-11-10T15:00:00Z", ["tn-doh.elr"], { externalName: "early.hl7" });
  sent = await path("2026-11-20T15:00:00Z", ["tn-doh.elr", "ca-dph.elr"], { items: 3, externalName: "first.hl7" });
  failed = await path("2026-11-20T16:00:00Z", ["tn-doh.elr"], { items: 2, until: "batch", externalName: "second.hl7" });
  await sc.sendError(failed.batches["tn-doh.elr"]!, { kind: "immediate", at: "2026-11-20T18:00:00Z" });
  const portal = await path("2026-11-20T16:30:00Z", ["tn-doh.portal"], { until: "batch", sender: "acme-labs.second" });
  await sc.download(portal.batches["tn-doh.portal"]!, { at: "2026-11-20T20:00:00Z" });
  foreign = await path("2026-11-20T17:00:00Z", ["tn-doh-x.elr"], {
    sender: "acme-labs-x.default",
    externalName: "first.hl7",
  });
  await sc.rejected({ at: "2026-11-20T17:30:00Z", sender: "acme-labs.default" });
  const legacy = await sc.legacySync({
    at: "2026-11-20T14:00:00Z",
    sender: "acme-labs.covid",
    items: ["000123", "Acc-7", "TWICE", "TWICE", ""],
    receivers: [{ receiver: "tn-doh.covid" }],
  });
  const file = await sc.batch([legacy.children[0]!], { at: "2026-11-20T15:10:00Z" });
  await sc.send(file, { at: "2026-11-20T15:11:00Z" });
  await sc.legacySync({
    at: "2026-11-12T14:00:00Z",
    sender: "acme-labs.covid",
    items: ["EARLIER-1"],
    receivers: [{ receiver: "tn-doh.covid" }],
  });
  await sc.legacySync({
    at: "2026-11-20T14:30:00Z",
    sender: "acme-labs-x.default",
    items: ["THEIRS-ALONE"],
    receivers: [{ receiver: "tn-doh.covid" }],
  });
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database?.drop();
});

/** In this process: a new one would take most of the time. */
async function call(args: readonly string[]) {
  const context = testContext({ env: { DATABASE_URL: database.readerUrl }, cwd: folder });
  const code = await main(["reconcile", "--quiet", ...DAY, ...args], context);
  return { code, stdout: context.out(), stderr: context.err() };
}

async function compare(list: string | Buffer, ...args: string[]): Promise<Answer & { code: number | null }> {
  await writeFile(join(folder, "theirs.csv"), list);
  const { code, stdout, stderr } = await call(["--file", "theirs.csv", "--json", ...args]);
  expect(stderr).toBe("");
  const answer = JSON.parse(stdout) as Answer;
  expect(answer.sums.addsUp).toBe(true);
  const { theirs, ours } = answer.sums;
  expect(theirs.rows).toBe(theirs.blank! + theirs.notUsable! + theirs.repeated! + theirs.ids!);
  expect(theirs.ids).toBe(theirs.matched! + theirs.onlyTheirs!);
  expect(ours.entries).toBe(ours.matched! + ours.onlyOurs! + ours.withoutId!);
  expect(answer.rows.length).toBe(ours.matched! + ours.onlyOurs! + theirs.onlyTheirs! + theirs.notUsable!);
  return { ...answer, code };
}

const byKey = (answer: Answer) => Object.fromEntries(answer.rows.map((row) => [row.key, row]));
const ACME = ["--sender", "acme-labs.default"];
const TN = ["--receiver", "tn-doh.elr"];

describe("a sender's list of reports", () => {
  const list = () =>
    [
      "Nr;Report ID;City",
      `1; ${sent.root.id.toUpperCase()} ;A`,
      `2;'${sent.root.id};B`,
      `3;${before.root.id};C`,
      `4;${foreign.root.id};D`,
      "5;00000000-0000-4000-8000-000000000001;E",
      "6;;F",
      "7;4711;G",
    ].join("\r\n");

  test("is matched, whatever a spreadsheet did to it; what is elsewhere is found, and what is another's is not", async () => {
    const answer = await compare(`\ufeff${list()}\r\n`, "--key", "report id", ...ACME);
    expect(answer).toMatchObject({ kind: "report", code: 1 });
    expect(answer.because).toMatch(/^most of the first 6 are UUIDs, 2 of them known as ids of reports$/);
    const rows = byKey(answer);
    expect(rows[sent.root.id]).toMatchObject({
      ...{ result: "matched", line: 2, timesTheirs: 2, reportId: sent.root.id, submissionId: sent.root.actionId },
      ...{ outcome: "delivered", acts: "nobody", outcomes: "ca-dph.elr: 3 delivered; tn-doh.elr: 3 delivered" },
    });
    expect(rows[failed.root.id]).toMatchObject({ result: "only ours", outcome: "failed", acts: "reportstream" });
    expect(rows[failed.root.id]?.reason).not.toBe("");
    expect(rows[before.root.id]).toMatchObject({
      ...{ result: "only theirs", line: 4, at: "2026-11-10T15:00:00.000Z", acts: "nobody" },
      reason: "submitted Tue Nov 10 2026 10:00 (America/New_York), outside of the window",
    });
    const unknown = { result: "only theirs", at: null, party: "", acts: "sender" };
    const reason = "not known as one of acme-labs.default's";
    expect(rows[foreign.root.id]).toMatchObject({ ...unknown, reason, line: 5 });
    expect(rows["00000000-0000-4000-8000-000000000001"]).toMatchObject({ ...unknown, reason, line: 6 });
    expect(rows["4711"]).toMatchObject({ result: "not usable", line: 8, reason: "not a UUID" });
    expect(answer.sums.theirs).toMatchObject({
      ...{ rows: 7, blank: 1, notUsable: 1, repeated: 1, ids: 4, matched: 1, onlyTheirs: 3, elsewhere: 1 },
      repairs: { blanks: 1, apostrophe: 1, case: 1 },
    });
    // The refused request has no report.
    expect(answer.sums.ours).toMatchObject({ entries: 3, matched: 1, onlyOurs: 1, withoutId: 1 });
    expect(answer.sums.outcomes).toEqual({
      delivered: { matched: 1, onlyOurs: 0 },
      failed: { matched: 0, onlyOurs: 1 },
    });
  });

  test("ends with 0 when both have the same", async () => {
    const answer = await compare(`id\n${sent.root.id}\n${failed.root.id}\n`, ...ACME);
    expect(answer.code).toBe(0);
    expect(answer.rows.map(({ result }) => result)).toEqual(["matched", "matched"]);
  });

  test("of a whole organization, and never of a look-alike", async () => {
    const answer = await compare(`id\n${sent.root.id}\n${foreign.root.id}\n`, "--sender", "acme-labs");
    expect(answer.sums.ours).toMatchObject({ entries: 5, matched: 1, withoutId: 1 });
    expect(JSON.stringify(answer)).not.toContain("acme-labs-x");
    const other = await compare(`id\n${sent.root.id}\n`, "--sender", "acme-labs-x.default");
    expect(byKey(other)[sent.root.id]).toMatchObject({ result: "only theirs", at: null });
  });
});

describe("other ids of a sender", () => {
  test("submission numbers, of which a refused request has one too", async () => {
    const [refused] = await database.query<{ action_id: string }>(
      "select action_id from action where http_status = 400 and sending_org = 'acme-labs'",
    );
    const numbers = [
      `"${Number(sent.root.actionId).toLocaleString("en-US")}"`,
      refused?.action_id,
      "1.5E+9",
      "99999999",
    ];
    const answer = await compare(`nr\n${numbers.join("\n")}\n`, ...ACME, "--kind", "submission");
    const rows = byKey(answer);
    expect(rows[String(refused?.action_id)]).toMatchObject({
      ...{ result: "matched", outcome: "rejected", acts: "sender", reportId: null },
      reason: "refused when it was submitted (HTTP 400)",
    });
    expect(rows[String(sent.root.actionId)]).toMatchObject({ result: "matched" });
    expect(rows["1.5E+9"]?.reason).toBe("a number that a spreadsheet shortened: its last digits are lost");
    expect(rows["99999999"]).toMatchObject({
      result: "only theirs",
      reason: "not known as one of acme-labs.default's",
    });
    // A number of another sender's action is no more known than one that does not exist.
    const other = await compare(`nr\n${foreign.root.actionId}\n${sent.root.actionId}\n`, ...ACME);
    expect(other.kind).toBe("submission");
    expect(byKey(other)[String(foreign.root.actionId)]).toMatchObject({ result: "only theirs", at: null });
  });

  test("tracking ids: found out, counted when they repeat, and near ones named and kept apart", async () => {
    const list = "id\n123\nACC-7\nTWICE\nEARLIER-1\nTHEIRS-ALONE\nNOT-THERE\n";
    const answer = await compare(list, "--sender", "acme-labs.covid");
    expect(answer.kind).toBe("tracking");
    const rows = byKey(answer);
    expect(answer.rows.filter(({ key }) => key === "TWICE").map(({ result, item }) => [result, item])).toEqual([
      ["matched", 3],
      ["matched", 4],
    ]);
    const near = 'of their list differs from it only in letter case, zeros in front or ".0" behind';
    expect(rows["000123"]).toMatchObject({ result: "only ours", item: 1, note: `line 2 ${near}` });
    expect(rows["Acc-7"]).toMatchObject({ result: "only ours", item: 2, note: `line 3 ${near}` });
    expect(rows["123"]).toMatchObject({ result: "only theirs", at: null });
    expect(rows["EARLIER-1"]).toMatchObject({ result: "only theirs", at: "2026-11-12T14:00:00.000Z", acts: "nobody" });
    expect(rows["THEIRS-ALONE"]).toMatchObject({ result: "only theirs", at: null });
    expect(answer.sums.ours).toMatchObject({ entries: 5, matched: 2, onlyOurs: 2, withoutId: 1, near: 2 });
  });

  test("file names are the sender's own, and of another time only as far back as names are searched", async () => {
    const list = "file\n/home/lab/out/first.hl7\nearly.hl7\nnever.hl7\n";
    const answer = await compare(list, ...ACME);
    expect(answer.kind).toBe("file");
    const rows = byKey(answer);
    expect(rows["first.hl7"]).toMatchObject({ result: "matched", party: "acme-labs.default" });
    expect(rows["second.hl7"]).toMatchObject({ result: "only ours", outcome: "failed" });
    expect(rows["early.hl7"]).toMatchObject({ at: "2026-11-10T15:00:00.000Z", acts: "nobody" });
    expect(rows["never.hl7"]?.reason).toContain("not known as one of acme-labs.default's since Mon Sep 21 2026");
    expect(answer.sums.theirs.repairs).toEqual({ folder: 1 });
    const short = await compare(list, ...ACME, "--since", "2026-11-15");
    expect(byKey(short)["early.hl7"]).toMatchObject({ at: null, acts: "sender" });
  });
});

describe("a receiver's list", () => {
  test("of file names, against what was handed over in the window", async () => {
    const out = join(folder, "run");
    const finished = await run(database.readerUrl, out, ...DAY);
    const delivered = (await finished.csv("deliveries.csv")).filter(({ receiver }) => receiver === "tn-doh.elr");
    expect(delivered.length).toBeGreaterThan(0);
    const names = delivered.map(({ file_name }) => file_name);
    const all = await compare(`name\n${names.join("\n")}\n`, ...TN);
    expect({ code: all.code, kind: all.kind }).toEqual({ code: 0, kind: "file" });
    expect(all.rows.map(({ fileName }) => fileName)).toEqual(names);
    const [early, foreignFile] = await database.query<{ external_name: string }>(
      "select external_name from report_file where report_id = any($1) order by created_at",
      [[before.sent["tn-doh.elr"]!.id, foreign.sent["tn-doh-x.elr"]!.id]],
    );
    const list = `name\n${early?.external_name}\n${foreignFile?.external_name}\n`;
    const rest = await compare(list, ...TN);
    expect(rest.rows.map(({ result }) => result)).toEqual([
      ...names.map(() => "only ours"),
      "only theirs",
      "only theirs",
    ]);
    expect(rest.rows.at(-1)).toMatchObject({ at: null, acts: "receiver" });
    expect(rest.rows.at(-2)?.reason).toMatch(/^handed over Tue Nov 10 2026 .*, outside of the window$/);
  });

  test("of reports: as they were made ready, as they were sent, and what was never handed over", async () => {
    const made = sent.batches["tn-doh.elr"]!.id;
    const answer = await compare(
      `id\n${made}\n${failed.batches["tn-doh.elr"]!.id}\n${sent.batches["ca-dph.elr"]!.id}\n`,
      ...TN,
    );
    const rows = byKey(answer);
    expect(rows[made]).toMatchObject({
      result: "matched",
      reportId: sent.sent["tn-doh.elr"]!.id,
      outcome: "delivered",
    });
    expect(rows[failed.batches["tn-doh.elr"]!.id]?.reason).toMatch(/^made ready to be sent .*, and not handed over$/);
    expect(rows[sent.batches["ca-dph.elr"]!.id]).toMatchObject({ result: "only theirs", at: null, acts: "receiver" });
    const both = await compare(`id\n${made}\n${sent.sent["tn-doh.elr"]!.id}\n`, ...TN);
    expect(both.code).toBe(0);
    expect(both.sums).toMatchObject({ theirs: { ids: 2, matched: 2 }, ours: { entries: 1, matched: 1 } });
  });

  test("of a file that was fetched", async () => {
    const answer = await compare("id\nx\n", "--receiver", "tn-doh.portal", "--kind", "report");
    expect(answer.rows.filter(({ result }) => result === "only ours")).toEqual([
      expect.objectContaining({ outcome: "downloaded", at: "2026-11-20T20:00:00.000Z", party: "tn-doh.portal" }),
    ]);
  });

  test("of tracking ids of the items in its files, each with its place there", async () => {
    const answer = await compare("id\n000123\nAcc-7\nTWICE\n", "--receiver", "tn-doh.covid");
    expect({ code: answer.code, kind: answer.kind }).toEqual({ code: 0, kind: "tracking" });
    expect(answer.rows.map(({ key, item, outcome }) => [key, item, outcome])).toEqual([
      ["000123", 1, "delivered"],
      ["Acc-7", 2, "delivered"],
      ["TWICE", 3, "delivered"],
      ["TWICE", 4, "delivered"],
    ]);
    expect(answer.sums.ours).toMatchObject({ entries: 5, withoutId: 1 });
    const other = await compare("id\n000123\nEARLIER-1\n", "--receiver", "ca-dph.elr", "--kind", "tracking");
    expect(other.rows.filter(({ result }) => result === "only theirs").map(({ at }) => at)).toEqual([null, null]);
  });
});

describe("how a list is read", () => {
  test("from stdin, of which nothing stays behind", async () => {
    const temporary = async () =>
      (await readdir(tmpdir())).filter((name) => /^lineage-report-[A-Za-z0-9]{6}$/.test(name));
    const earlier = await temporary();
    const { code, stdout } = await runProgram(["reconcile", "--quiet", ...DAY, "--file", "-", "--json", ...ACME], {
      env: { DATABASE_URL: database.readerUrl },
      stdin: `id\n${sent.root.id}\n${failed.root.id}\n`,
    });
    expect({ code, kind: (JSON.parse(stdout) as Answer).kind }).toEqual({ code: 0, kind: "report" });
    expect((await temporary()).filter((name) => !earlier.includes(name))).toEqual([]);
  });

  test("from a workbook", async () => {
    await writeFile(
      join(folder, "theirs.xlsx"),
      xlsx([
        {
          name: "List",
          rows: [
            ["n", "Report"],
            ["1", sent.root.id],
            ["2", failed.root.id],
          ],
        },
      ]),
    );
    const { code, stdout } = await call(["--file", "theirs.xlsx", "--key", "Report", "--json", ...ACME]);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Answer).rows.map(({ line }) => line)).toEqual([2, 3]);
  });

  test("UTF-16, tabs, cells with ='s quotes, and no header", async () => {
    const text = `1\t="${sent.root.id}"\n2\t${failed.root.id}\n`;
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    const answer = await compare(bytes, "--key", "2", "--headerless", ...ACME);
    expect(answer.code).toBe(0);
    expect(answer.rows.map(({ line }) => line)).toEqual([1, 2]);
  });

  test.each([
    [["--key", "Reprot"], /has no column "Reprot".*\n.*did you mean "Report"\?/],
    [[], /has 3 columns; --key must say which one holds the ids\n.*"n", "Report", "Report"/],
    [["--key", "report"], /has several columns named "report"\n.*by its number: 2 and 3/],
    [["--key", "4"], /has no column "4"/],
    [["--key", "x", "--headerless"], /--key x is no number of a column/],
  ])("refuses %j", async (args, message) => {
    await writeFile(join(folder, "wide.csv"), "n,Report,Report\n1,a,b\n");
    const { code, stderr } = await call(["--file", "wide.csv", ...args, ...ACME]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test.each([
    [["--sender", "acme-labs.default"], "there is no list to compare with"],
    [["--file", "x.csv"], "one --sender or one --receiver"],
    [["--file", "x.csv", "--receiver", "tn-doh", "--kind", "submission"], "no submission numbers"],
    [["--file", "missing.csv", "--sender", "acme-labs.default"], "missing.csv cannot be read"],
    [["--file", "theirs.csv", "--sender", "acme-lab.default"], 'did you mean "acme-labs.default"?'],
  ])("says what is wrong with %j", async (args, message) => {
    await writeFile(join(folder, "theirs.csv"), "id\nx\n");
    const { code, stderr } = await call(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("how the answer is printed", () => {
  test("for a person: what the values are, sums that add up, the first differences", async () => {
    await writeFile(join(folder, "theirs.csv"), `id\n${sent.root.id}\n${before.root.id}\n${before.root.id}\n`);
    const { code, stdout } = await call(["--file", "theirs.csv", ...ACME]);
    expect(code).toBe(1);
    expect(stdout).toContain('theirs.csv, "id": taken for ids of reports, since most of the first 3 are UUIDs');
    expect(stdout).toContain("Theirs  3 rows = 0 blank + 0 not usable + 1 repeated + 2 distinct ids of reports\n");
    expect(stdout).toContain("2 ids of reports = 1 matched + 1 only theirs (1 known elsewhere)\n");
    expect(stdout).toContain("Ours    3 submissions = 1 matched + 1 only ours + 1 without such an id  ✔ adds up\n");
    expect(stdout).toMatch(/\nOnly theirs: 1\n {2}line 3 {2}\S+ {2}submitted Tue Nov 10 2026/);
    expect(stdout).toMatch(/\nOnly ours: 1\n {2}Fri Nov 20 2026 11:00 \(America\/New_York\) {2}\S+ {2}failed: /);
  });

  test("as CSV, formulas guarded, into a file, with the sums beside", async () => {
    await writeFile(join(folder, "theirs.csv"), 'id\n"=HYPERLINK(""x"")"\n000123\n');
    const args = ["reconcile", ...DAY, "--file", "theirs.csv", "--sender", "acme-labs.covid", "--kind", "tracking"];
    const { code, stdout, stderr } = await runProgram([...args, "--format", "csv", "--out", "result.csv"], {
      env: { DATABASE_URL: database.readerUrl },
      cwd: folder,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("2 tracking ids = 1 matched + 1 only theirs");
    const rows = await readCsv(join(folder, "result.csv"));
    expect(rows.map(({ result }) => result)).toEqual(["matched", ...Array(3).fill("only ours"), "only theirs"]);
    expect(rows.at(-1)?.key).toBe(`'=HYPERLINK("x")`);
    expect(rows[0]).toMatchObject({ key: "000123", outcome: "delivered", outcomes: "tn-doh.covid: 1 delivered" });
    const again = await call([
      "--file",
      "theirs.csv",
      "--sender",
      "acme-labs.covid",
      "--kind",
      "tracking",
      "--format",
      "csv",
    ]);
    expect(parse(again.stdout, { columns: true })).toEqual(rows);
  });
});
