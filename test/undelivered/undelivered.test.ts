import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";
import { type FinishedRun, run } from "../support/run-folder.ts";

const DAY = ["--date", "2026-11-20", "--as-of", "2026-11-21T12:00:00Z"];
const OUTCOMES = [
  "rejected",
  "unrouted",
  "filtered",
  "waiting",
  "retrying",
  "stuck",
  "failed",
  "downloaded",
  "delivered",
];

type Counts = Record<string, number>;
interface Breakdown {
  received: number;
  addsUp: boolean;
  reasons: { outcome: string; acts: string; reason: string; count: number }[];
  senders: (Counts & { sender: string })[];
  receivers: (Counts & { receiver: string })[];
}
interface Undelivered {
  submissions: number;
  rejectedRequests: number;
  byItem: Breakdown & Counts;
  byItemAndReceiver: Breakdown & Counts;
  leftOut: Counts;
}

let database: TestDatabase;
let finished: FinishedRun;
let out: string;
let all: Undelivered;

beforeAll(async () => {
  database = await createTestDatabase();
  const sc = scenario(database.client, "undelivered");
  for (const name of ["ca-dph.elr", "ca-dph-x.elr", "wa-doh.elr"]) await sc.receiver(name);
  await sc.receiver("hh-phd.portal", { transport: null });
  const at = "2026-11-20T15:00:00Z";
  await sc.happyPath({ at, items: 3, receivers: ["ca-dph.elr", "ca-dph-x.elr"] });
  const failing = await sc.happyPath({ at, items: 2, receivers: ["wa-doh.elr", "ca-dph.elr"], until: "batch" });
  await sc.send(failing.batches["ca-dph.elr"]!);
  await sc.sendError(failing.batches["wa-doh.elr"]!, { kind: "immediate" });
  const portal = await sc.happyPath({ at, items: 2, receivers: ["hh-phd.portal"], until: "batch" });
  await sc.download(portal.batches["hh-phd.portal"]!, { at: "2026-11-20T20:00:00Z" });
  await sc.happyPath({ at, items: 1, receivers: ["hh-phd.portal"], until: "batch" });
  await sc.happyPath({ at, items: 1, receivers: ["ca-dph.elr"], until: "receive" });
  const mixed = await sc.receive({ at, sender: "acme-labs-x.default", items: 4 });
  const [filtered, unrouted, , delivered] = await sc.convert(mixed, { failed: [3] });
  await sc.destinationFilter(unrouted!, { receivers: [] });
  for (const [converted, taken] of [
    [filtered!, true],
    [delivered!, false],
  ] as const) {
    const [file] = await sc.destinationFilter(converted, { receivers: ["ca-dph.elr"] });
    const ready = await sc.enrich(file!);
    const passed = await sc.receiverFilter(ready, taken ? { filtered: {} } : {});
    if (!taken) await sc.send(await sc.batch([await sc.translate(passed)]));
  }
  await sc.rejected({ at });
  await sc.testOption({ at });
  await sc.testOption({ at, sender: "acme-labs-x.default" });
  await sc.emptyBatch({ at, receiver: "ca-dph.elr" });
  await sc.happyPath({ at, sender: "test-lab.default", items: 5, receivers: ["ca-dph.elr"] });
  // Neither the day before nor the day after.
  await sc.happyPath({ at: "2026-11-20T04:59:59Z", receivers: ["ca-dph.elr"] });
  await sc.happyPath({ at: "2026-11-21T05:00:00Z", receivers: ["ca-dph.elr"] });
  out = await mkdtemp(join(tmpdir(), "lineage-report-undelivered-"));
  finished = await run(database.readerUrl, out, ...DAY);
  all = await undelivered();
}, 120_000);

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
  await database?.drop();
});

async function printed(...args: string[]): Promise<string> {
  const env = { DATABASE_URL: database.readerUrl };
  const { code, stdout, stderr } = await runProgram(["undelivered", "--quiet", ...DAY, ...args], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

async function undelivered(...args: string[]): Promise<Undelivered> {
  return JSON.parse(await printed("--json", ...args)) as Undelivered;
}

const countsOf = (counts: Counts): Counts =>
  Object.fromEntries(OUTCOMES.map((name) => [name, counts[name] ?? Number.NaN]));
const sum = (counts: Counts): number => Object.values(countsOf(counts)).reduce((total, count) => total + count, 0);

describe("undelivered --json", () => {
  test("has both counts of the run, and neither is the other", async () => {
    const { totals } = await finished.summary();
    expect(countsOf(all.byItem)).toEqual(totals.byItem);
    expect(countsOf(all.byItemAndReceiver)).toEqual(totals.byItemAndReceiver);
    expect(all.byItem.received).toBe(totals.items);
    expect(all.byItemAndReceiver.received).toBe((await finished.csv("items.csv")).length);
    expect(all.byItem.received).not.toBe(all.byItemAndReceiver.received);
    expect(countsOf(all.byItem)).toEqual({
      ...{
        rejected: 1,
        unrouted: 1,
        filtered: 1,
        waiting: 1,
        retrying: 0,
        stuck: 1,
        failed: 2,
        downloaded: 2,
        delivered: 9,
      },
    });
  });

  test.each(["byItem", "byItemAndReceiver"] as const)("%s adds up to what was received, in every breakdown", (name) => {
    const count = all[name];
    expect(count.addsUp).toBe(true);
    expect(sum(count)).toBe(count.received);
    expect(count.reasons.reduce((total, line) => total + line.count, 0)).toBe(count.received);
    for (const lines of [count.senders, count.receivers]) {
      for (const outcome of OUTCOMES) {
        expect(
          lines.reduce((total, line) => total + (line[outcome] ?? 0), 0),
          outcome,
        ).toBe(count[outcome]);
      }
    }
  });

  test("says who must act and why", () => {
    const { reasons } = all.byItemAndReceiver;
    const lines = reasons.map(({ outcome, acts, count, reason }) => `${outcome} ${acts} ${count} ${reason}`);
    expect(lines).toContain("rejected sender 1 not valid (INVALID_MSG_VALIDATION)");
    expect(lines).toContain("unrouted nobody 1 no receiver wanted it");
    expect(lines).toContain("filtered sender 1 filtered by QUALITY_FILTER");
    expect(lines).toContain("waiting receiver 1 ready for download until …");
    expect(lines.filter((line) => line.startsWith("failed reportstream 2 "))).toHaveLength(1);
  });

  test("says what is left out by rule, with its count", () => {
    expect(all.leftOut).toEqual({ testRequests: 2, emptyFiles: 1, submissions: 0, items: 0 });
    expect(all.rejectedRequests).toBe(1);
    expect(all.submissions).toBe(7);
  });

  test("leaves out the senders that it is told to, and counts them", async () => {
    const rest = await undelivered("--leave-out", "test-lab", "--leave-out", "nobody.here");
    expect(rest.leftOut).toMatchObject({ submissions: 1, items: 5 });
    expect(rest.byItem.received).toBe(all.byItem.received - 5);
    expect(rest.byItem.addsUp).toBe(true);
  });

  test("leaves out the test senders of the configuration", async () => {
    const env = { DATABASE_URL: database.readerUrl, LINEAGE_REPORT_TEST_SENDERS: "test-lab.default" };
    const { stdout } = await runProgram(["undelivered", "--quiet", "--json", ...DAY], { env });
    const rest = JSON.parse(stdout) as Undelivered;
    expect(rest.leftOut).toMatchObject({ submissions: 1, items: 5 });
    expect(rest.byItem.received).toBe(all.byItem.received - 5);
  });

  test("of one sender and of one receiver, look-alikes apart", async () => {
    const one = await undelivered("--sender", "acme-labs-x");
    expect(one.byItem.received).toBe(4);
    expect(one.leftOut.testRequests).toBe(1);
    const receiver = await undelivered("--receiver", "ca-dph.elr");
    expect(receiver.byItemAndReceiver.receivers.map((line) => line.receiver)).toEqual(["ca-dph.elr"]);
    const expected = (await finished.csv("items.csv")).filter((row) => row.receiver === "ca-dph.elr");
    expect(receiver.byItemAndReceiver.received).toBe(expected.length);
    expect(receiver.byItem.received).toBe(expected.length);
  });
});

describe("undelivered on a terminal", () => {
  test("names both counts and proves both sums", async () => {
    const text = await printed();
    expect(text).toMatch(
      /^Fri Nov 20 2026 \(America\/New_York\), judged as of Sat Nov 21 2026 07:00 \(America\/New_York\)\n/,
    );
    expect(text).toMatch(
      /\nBy item: each once.*\n {2}18 received = 1 rejected \+ 1 unrouted \+ .* \+ 9 delivered {2}✔ adds up\n/,
    );
    expect(text).toMatch(/\nBy item and receiver: as in items\.csv\n {2}23 received = .* {2}✔ adds up\n/);
    expect(text).toContain("2 requests that only tested");
    expect(text).toContain("1 file without items");
  });

  test.each([
    ["sender", /\n {2}acme-labs-x\.default +4 +1 +1 +1 +0 +0 +0 +0 +0 +1\n/],
    ["receiver", /\n {2}no receiver +3 +1 +1 +0 +0 +0 +1 +0 +0 +0\n/],
  ])("--by %s has a line for each and one for all", async (by, line) => {
    const text = await printed("--by", by);
    expect(text).toMatch(line);
    expect(text).toMatch(/\n {2}all +18 +1 +1 +1 +1 +0 +1 +2 +2 +9\n/);
  });

  test("refuses another breakdown", async () => {
    const { code, stderr } = await runProgram(["undelivered", "--by", "day"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--by day is none of reason, sender, receiver");
  });
});
