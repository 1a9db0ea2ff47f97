import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OrganizationReport } from "../../src/summary/organization/types.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { scenario } from "../support/rows.ts";
import { type FinishedRun, run } from "../support/run-folder.ts";

const DAY = ["--date", "2026-11-20", "--as-of", "2026-11-21T12:00:00Z"];
const at = (time: string): string => `2026-11-20T${time}:00Z`;

/** Names that are alike, each with a text that may show in nobody else's folder. */
const CA = { name: "ca-dph", canary: "canaryone" };
const CA_X = { name: "ca-dph-x", canary: "canarytwo" };
const CA_UPPER = { name: "CA-DPH", canary: "canarythree" };
const UNDERSCORE = { name: "ca_dph", canary: "canaryfour" };
const ALL = [CA, CA_X, CA_UPPER, UNDERSCORE];

let database: TestDatabase;
let out: string;
let finished: FinishedRun;

beforeAll(async () => {
  database = await createTestDatabase();
  out = await mkdtemp(join(tmpdir(), "lineage-report-organizations-"));
  const sc = scenario(database.client, "organizations");
  const timing = (timeZone: string) => ({
    timing: { operation: "MERGE", numberPerDay: 12, initialTime: "00:00", timeZone },
  });
  for (const { name, canary } of ALL) {
    await sc.receiver(`${name}.elr-${canary}`, timing("PACIFIC"));
    // Somebody else's lab sends to it, and it sends to nobody but itself.
    await sc.happyPath({ at: at("15:00"), sender: "lab.default", items: 2, receivers: [`${name}.elr-${canary}`] });
    await sc.happyPath({
      at: at("16:00"),
      sender: `${name}.own-${canary}`,
      items: 1,
      receivers: [`${name}.elr-${canary}`],
    });
  }
  // Covid-19: for ca-dph alone 12 items of one lab, and one each of a name that is none, a wrong number and a test.
  const receiver = `${CA.name}.elr-${CA.canary}`;
  const { root, children } = await sc.legacySync({
    ...{ at: at("17:00"), sender: "lab.covid", items: Array.from({ length: 15 }, (_, row) => `row-${row}`) },
    receivers: [{ receiver, next: "send" }],
  });
  const lab = {
    testing_lab_name: "North Lab",
    testing_lab_clia: "05D1234567",
    testing_lab_city: "Fresno",
    testing_lab_state: "CA",
  };
  await sc.covidMetadata(root, [
    ...Array.from({ length: 12 }, () => lab),
    { ...lab, testing_lab_name: "DOE^JANE", testing_lab_clia: "05D7654321" },
    { ...lab, testing_lab_name: "Doe Jane Person", testing_lab_clia: "none" },
    { ...lab, processing_mode_code: "T" },
  ]);
  await sc.send(children[0]!);
  await sc.happyPath({ at: "2026-11-21T15:00:00Z", sender: "lab.default", items: 1, receivers: [receiver] });
  finished = await run(database.readerUrl, out, ...DAY);
}, 120_000);

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
  await database?.drop();
});

const folderOf = (name: string): string =>
  `organizations/${name.replaceAll(/[^a-z0-9_-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)}`;

async function reportOf(name: string): Promise<OrganizationReport> {
  return JSON.parse(await finished.text(`${folderOf(name)}/summary.json`)) as OrganizationReport;
}

describe("an organization's page and summary.json", () => {
  test.each(ALL)("$name: nothing of anybody with a name like it", async ({ name, canary }) => {
    for (const file of ["summary.json", "index.html"]) {
      const text = await finished.text(`${folderOf(name)}/${file}`);
      expect(text).toContain(canary);
      for (const other of ALL) if (other.name !== name) expect(text, `${file} of ${name}`).not.toContain(other.canary);
    }
  });

  test("the figures are those of its own rows", async () => {
    for (const { name } of ALL) {
      const report = await reportOf(name);
      const folder = folderOf(name);
      const received = await finished.csv(`${folder}/received-items.csv`);
      const deliveries = await finished.csv(`${folder}/deliveries.csv`);
      const items = (kind: string): number =>
        deliveries.filter((row) => row.kind === kind).reduce((sum, row) => sum + Number(row.items), 0);
      expect(report.organization.received.delivered).toBe(received.filter((row) => row.outcome === "delivered").length);
      expect(report.deliveries.itemsSent).toBe(items("sent"));
      expect(report.deliveries.latest.map(({ reportId }) => reportId).sort()).toEqual(
        deliveries.map((row) => row.report_id).sort(),
      );
      const byTime = report.timeline.received.flatMap(({ counts }) => Object.values(counts));
      expect(byTime.reduce((sum, count) => sum + count, 0)).toBe(received.length);
      const whole = (await finished.summary()).organizations.find((row) => row.name === name);
      expect(report.organization).toEqual(whole);
    }
  });

  test("says times in the zone of its receivers, and names it", async () => {
    expect(await reportOf(CA.name)).toMatchObject({ timeZone: "US/Pacific", timeZoneOf: "receivers" });
    const page = await finished.text(`${folderOf(CA.name)}/index.html`);
    expect(page).toContain(
      "Times are in US/Pacific, the zone of most of your receivers. The days are those of America/New_York.",
    );
    expect(page).toMatch(/<time datetime="2026-11-20T17:[^"]+">Nov 20 09:/);
  });

  test("an organization without receivers gets the run's zone", async () => {
    expect(await reportOf("lab")).toMatchObject({ timeZone: "America/New_York", timeZoneOf: "run" });
  });

  test("lists labs beside a valid number, withholds small counts, and says of what it knows nothing", async () => {
    const { facilities } = await reportOf(CA.name);
    expect(facilities.shown.map(({ name, clia, location, items }) => [name, clia, location, items])).toEqual([
      ["North Lab", "05D1234567", "Fresno, CA", 12],
      ["", "", "", null],
      ["", "05D7654321", "Fresno, CA", null],
    ]);
    // Three items came by the universal pipeline; the test is not counted.
    expect([facilities.items, facilities.itemsWithout]).toEqual([14, 3]);
    expect((await reportOf(CA_X.name)).facilities).toMatchObject({ items: 0, itemsWithout: 3, shown: [] });
    const page = await finished.text(`${folderOf(CA.name)}/index.html`);
    expect(page).toContain("Of 3 further items that you got, the database holds no facility");
    for (const name of ["DOE^JANE", "Doe Jane", "Jane"]) {
      expect(page).not.toContain(name);
      expect(await finished.text("summary.json")).not.toContain(name);
    }
  });

  test("the run's own summary has the exact counts", async () => {
    expect(
      (await finished.summary()).facilities.map(({ organization, clia, items }) => [organization, clia, items]),
    ).toEqual([
      ["ca-dph", "", 1],
      ["ca-dph", "05D1234567", 12],
      ["ca-dph", "05D7654321", 1],
    ]);
  });
});

describe("a second day beside the first", () => {
  test("has the first in its charts, its lines and the facilities' weeks", async () => {
    const next = await run(database.readerUrl, out, "--date", "2026-11-21", "--as-of", "2026-11-22T12:00:00Z");
    const report = JSON.parse(await next.text(`${folderOf(CA.name)}/summary.json`)) as OrganizationReport | undefined;
    const summary = await next.summary();
    const first = await finished.summary();
    expect(summary.earlierDays).toEqual([
      { date: "2026-11-20", byItem: first.totals.byItem, byItemAndReceiver: first.totals.byItemAndReceiver },
    ]);
    expect(report?.earlierDays).toEqual([
      {
        date: "2026-11-20",
        submitted: (await reportOf(CA.name)).organization.submitted,
        received: (await reportOf(CA.name)).organization.received,
      },
    ]);
    expect(report?.facilities.weeks.map(({ knownDays }) => knownDays)).toEqual([0, 0, 0, 2]);
    expect(report?.facilities.shown[0]).toMatchObject({
      clia: "05D1234567",
      weeks: [0, 0, 0, 12],
      items: 0,
      mark: null,
    });
  });
});
