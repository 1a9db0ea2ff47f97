import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noCounts } from "../../src/summary/counts.ts";
import type { JudgedSilence, Silence } from "../../src/summary/types.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { scenario, toMicros } from "../support/rows.ts";
import { run } from "../support/run-folder.ts";

/** A Friday in winter time; some of the Fridays before it lie in summer time. */
const FRIDAY = "2026-11-20";
const FRIDAYS = Array.from({ length: 8 }, (_, week) => daysBefore(7 * (week + 1)));
const AS_OF = ["--as-of", "2026-11-21T12:00:00Z"];

let database: TestDatabase;
let out: string;

function daysBefore(days: number): string {
  return new Date(Date.parse(FRIDAY) - days * 86_400_000).toISOString().slice(0, 10);
}

beforeAll(async () => {
  database = await createTestDatabase();
  out = await mkdtemp(join(tmpdir(), "lineage-report-silence-"));
  const sc = scenario(database.client, "silence");
  const active = ["oh-odh.elr", "oh-odh-x.elr", "ks-kdhe.elr", "pa-doh.elr", "never.elr"];
  for (const name of active) await sc.receiver(name);
  await sc.receiver("off.elr", { customerStatus: "inactive" });
  await sc.receiver("gone.elr", {}, { deleted: true });
  const sent = async (receiver: string, at: string, itemCount: number) => {
    const actionId = await sc.action({ name: "send", at, receiver, columns: { action_result: "Success" } });
    const columns = { transport_params: "SFTPTransportType(", transport_result: "Success" };
    const file = { topic: "full-elr", format: "HL7", nextAction: null, folder: null };
    await sc.files(actionId, toMicros(at), [{ ...file, itemCount, receiver, columns }]);
  };
  for (const date of FRIDAYS) {
    await sc.receive({ at: `${date}T15:00:00Z`, sender: "simple_report.csvuploader", items: 210 });
    await sc.receive({ at: `${date}T15:00:00Z`, sender: "simple_report.default", items: 300 });
    await sc.receive({ at: `${date}T15:00:00Z`, sender: "tiny.default", items: 2 });
    await sc.receive({ at: `${date}T15:00:00Z`, sender: "drop.default", items: 203 });
    await sent("oh-odh.elr", `${date}T16:00:00Z`, 40);
    await sent("ks-kdhe.elr", `${date}T16:00:00Z`, 80);
    await sent("off.elr", `${date}T16:00:00Z`, 80);
  }
  // A Thursday sender is not missed on a Friday.
  for (const date of FRIDAYS) await sc.receive({ at: `${date}T03:00:00Z`, sender: "thursday.default", items: 500 });
  await sc.receive({ at: `${FRIDAY}T15:00:00Z`, sender: "simple_report.default", items: 290 });
  await sc.receive({ at: `${FRIDAY}T15:00:00Z`, sender: "drop.default", items: 37 });
  await sc.receive({ at: "2026-11-18T15:00:00Z", sender: "simple_report.csvuploader", items: 1 });
  await sent("ks-kdhe.elr", `${FRIDAY}T16:00:00Z`, 75);
  await sent("pa-doh.elr", "2026-11-17T16:00:00Z", 3);
  await sc.happyPath({ at: `${FRIDAY}T15:00:00Z`, sender: "acme-labs.default", items: 1, receivers: ["oh-odh-x.elr"] });
}, 120_000);

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
  await database?.drop();
});

async function silenceOf(folder: string, ...args: string[]): Promise<Silence> {
  const finished = await run(database.readerUrl, folder, ...AS_OF, ...args);
  return (await finished.summary()).silence;
}

/** What an earlier run would have left, as far as a later one reads it. */
async function earlierRun(folder: string, date: string, pairs: [string, string, number][], limitedTo: string[] = []) {
  const next = new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
  const offset = (day: string) => (day >= "2026-11-01" && day !== "2026-11-01" ? "05" : "04");
  const window = {
    ...{ from: `${date}T${offset(date)}:00:00.000Z`, to: `${next}T${offset(next)}:00:00.000Z` },
    timeZone: "America/New_York",
  };
  const summary = {
    ...{ format: 1, window, limitedTo, errorGroups: [], unmappedCodes: [] },
    snapshot: { at: window.to, id: "1:1:" },
    pairs: pairs.map(([sender, receiver, items]) => ({
      ...{ sender, senderOrganization: sender.split(".")[0], receiver, receiverOrganization: receiver.split(".")[0] },
      ...{ topic: "full-elr", items, byItemAndReceiver: { ...noCounts(), delivered: items } },
    })),
  };
  await mkdir(join(folder, date), { recursive: true });
  await writeFile(join(folder, date, "summary.json"), JSON.stringify(summary));
}

describe("a run of one day", () => {
  let silence: JudgedSilence;
  let page: string;
  beforeAll(async () => {
    const finished = await run(database.readerUrl, join(out, "alone"), ...AS_OF, "--date", FRIDAY);
    silence = (await finished.summary()).silence as JudgedSilence;
    page = await finished.text("index.html");
  });

  test("is told on the operators' page, with times in the window's zone", () => {
    expect(page).toContain(`<th scope="row">simple_report.csvuploader</th><td>sender</td>`);
    expect(page).toContain("Nov 18 10:00");
    expect(page).toContain("never.elr");
    expect(page).toContain("there are none.");
  });

  test("compares with the same weekday of the eight weeks before", () => {
    expect(silence.judged).toBe(true);
    expect(silence.comparedDays).toEqual(FRIDAYS);
  });

  test("names senders and receivers with nothing or far less than usual, and when they were seen last", () => {
    expect(silence.quiet).toEqual([
      {
        ...{
          kind: "sender",
          name: "simple_report.csvuploader",
          receiver: "",
          state: "nothing",
          usualItems: 210,
          items: 0,
        },
        lastSeen: "2026-11-18T15:00:00.000Z",
      },
      {
        ...{ kind: "sender", name: "drop.default", receiver: "", state: "far less", usualItems: 203, items: 37 },
        lastSeen: `${FRIDAY}T15:00:00.000Z`,
      },
      {
        ...{ kind: "receiver", name: "off.elr", receiver: "", state: "nothing", usualItems: 80, items: 0 },
        lastSeen: "2026-11-13T16:00:00.000Z",
      },
      {
        ...{ kind: "receiver", name: "oh-odh.elr", receiver: "", state: "nothing", usualItems: 40, items: 0 },
        lastSeen: "2026-11-13T16:00:00.000Z",
      },
    ]);
  });

  test("lists every active receiver that got nothing, whatever is usual, and no others", () => {
    expect(silence.receiversWithNothing).toEqual([
      { receiver: "never.elr", organization: "never", usualItems: 0, items: 0, lastSeen: null },
      {
        receiver: "oh-odh.elr",
        organization: "oh-odh",
        usualItems: 40,
        items: 0,
        lastSeen: "2026-11-13T16:00:00.000Z",
      },
      { receiver: "pa-doh.elr", organization: "pa-doh", usualItems: 0, items: 0, lastSeen: "2026-11-17T16:00:00.000Z" },
    ]);
  });

  test("judges no pairs without earlier runs, and says so", () => {
    expect(silence.pairs).toEqual({ comparedRuns: 0, earlierRuns: 0, knownSince: null, firstSeen: [] });
  });
});

describe("with earlier runs in the folder", () => {
  test("names pairs that went quiet and pairs that were never seen before", async () => {
    const folder = join(out, "history");
    for (const date of FRIDAYS.slice(0, 4)) {
      await earlierRun(folder, date, [
        ["acme-labs.default", "ks-kdhe.elr", 30],
        ["acme-labs.default", "", 99],
      ]);
    }
    for (const days of [1, 2, 3])
      await earlierRun(folder, daysBefore(days), [["simple_report.default", "oh-odh.elr", 1]]);
    // A run for some organizations knows nothing of the others, and a broken one nothing at all.
    await earlierRun(folder, daysBefore(4), [["acme-labs.default", "oh-odh-x.elr", 5]], ["acme-labs"]);
    await mkdir(join(folder, daysBefore(5)));
    await writeFile(join(folder, daysBefore(5), "summary.json"), "{");
    const silence = (await silenceOf(folder, "--date", FRIDAY)) as JudgedSilence;
    expect(silence.quiet.filter(({ kind }) => kind === "pair")).toEqual([
      {
        ...{ kind: "pair", name: "acme-labs.default", receiver: "ks-kdhe.elr", state: "nothing" },
        ...{ usualItems: 30, items: 0, lastSeen: FRIDAYS[0] },
      },
    ]);
    expect(silence.pairs).toEqual({
      ...{ comparedRuns: 4, earlierRuns: 7, knownSince: FRIDAYS[3] },
      firstSeen: [{ sender: "acme-labs.default", receiver: "oh-odh-x.elr", items: 1 }],
    });
  });
});

test("a run for one organization tells of that organization only", async () => {
  const silence = (await silenceOf(
    join(out, "limited"),
    "--date",
    FRIDAY,
    "--organization",
    "oh-odh",
  )) as JudgedSilence;
  expect(silence.quiet.map(({ name }) => name)).toEqual(["oh-odh.elr"]);
  expect(silence.receiversWithNothing.map(({ receiver }) => receiver)).toEqual(["oh-odh.elr"]);
});

test("a run of several days, or of a part of one, is not judged, and says why", async () => {
  const expected = { judged: false, reason: expect.stringContaining("not one local day") };
  expect(await silenceOf(join(out, "week"), "--from", "2026-11-19", "--to", FRIDAY)).toEqual(expected);
  const part = ["--from", `${FRIDAY}T15:00:00Z`, "--to", `${FRIDAY}T16:00:00Z`];
  expect(await silenceOf(join(out, "part"), ...part)).toEqual(expected);
});
