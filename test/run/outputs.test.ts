import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadSample } from "../../src/embedded/sample/index.ts";
import { OUTCOMES } from "../../src/outcome/words.ts";
import { organizationFolder } from "../../src/output/names.ts";
import { formatInstant, parseInstant } from "../../src/time/instant.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { type CsvRow, type FinishedRun, run } from "../support/run-folder.ts";

const AS_OF = parseInstant("2026-11-21T12:00:00Z") as number;
const DAY = ["--date", "2026-11-20", "--as-of", formatInstant(AS_OF)];

let database: TestDatabase;
let out: string;
let finished: FinishedRun;
let items: CsvRow[];

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSample(database.client, { seed: "outputs", asOf: AS_OF, truth: false });
  out = await mkdtemp(join(tmpdir(), "lineage-report-outputs-"));
  finished = await run(database.readerUrl, out, ...DAY);
  items = await finished.csv("items.csv");
}, 120_000);

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
  await database?.drop();
});

/** Groups rows by a key. */
function grouped(rows: CsvRow[], key: (row: CsvRow) => string): Map<string, CsvRow[]> {
  const groups = new Map<string, CsvRow[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

const countOf = (rows: CsvRow[], outcome: string): number => rows.filter((row) => row.outcome === outcome).length;
const seconds = (row: CsvRow): number => (Date.parse(row.delivered_at) - Date.parse(row.submitted_at)) / 1000;

/** Nearest rank, written out the slow way. */
function atShare(values: number[], share: number): string {
  if (values.length === 0) return "";
  const sorted = [...values].sort((a, b) => a - b);
  let rank = 1;
  while (rank < share * sorted.length) rank++;
  return sorted[rank - 1].toFixed(3);
}

const WORST = ["stuck", "failed", "retrying", "waiting", "delivered", "downloaded", "filtered", "unrouted", "rejected"];

describe("what is summed equals what is listed", () => {
  test("summary.csv equals what is recomputed from items.csv", async () => {
    const expected = [...grouped(items, (row) => JSON.stringify([row.sender, row.receiver, row.topic]))].map(
      ([key, rows]) => {
        const [sender, receiver, topic] = JSON.parse(key) as string[];
        const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, String(countOf(rows, outcome))]));
        const done = countOf(rows, "delivered") + countOf(rows, "downloaded");
        const meant = rows.length - countOf(rows, "filtered") - countOf(rows, "unrouted") - countOf(rows, "rejected");
        const times = rows.filter((row) => row.delivered_at !== "").map(seconds);
        return {
          sender,
          receiver,
          topic,
          submissions: String(new Set(rows.map((row) => row.report_id)).size),
          items: String(rows.length),
          ...counts,
          delivered_percent: meant === 0 ? "" : ((100 * done) / meant).toFixed(2),
          median_delivery_seconds: atShare(times, 0.5),
          p95_delivery_seconds: atShare(times, 0.95),
        };
      },
    );
    const byKey = (a: CsvRow, b: CsvRow) =>
      JSON.stringify([a.sender, a.receiver, a.topic]) < JSON.stringify([b.sender, b.receiver, b.topic]) ? -1 : 1;
    expect((await finished.csv("summary.csv")).sort(byKey)).toEqual(expected.sort(byKey));
  });

  test("summary.json equals what is recomputed from items.csv and submissions.csv", async () => {
    const { totals } = await finished.summary();
    const submissions = await finished.csv("submissions.csv");
    const worstOfItem = [...grouped(items, (row) => `${row.report_id}/${row.item}`).values()].map(
      (rows) => WORST.find((outcome) => countOf(rows, outcome) > 0) as string,
    );
    expect(totals.submissions).toBe(submissions.length);
    expect(totals.rejectedSubmissions).toBe(submissions.filter((row) => row.report_id === "").length);
    expect(totals.items).toBe(worstOfItem.length);
    for (const outcome of OUTCOMES) {
      expect(totals.byItemAndReceiver[outcome]).toBe(countOf(items, outcome));
      expect(totals.byItem[outcome]).toBe(worstOfItem.filter((word) => word === outcome).length);
    }
  });

  test("both counts add up, and each submission's counts to its items", async () => {
    const { totals } = await finished.summary();
    const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, count) => all + count, 0);
    expect(sum(totals.byItem)).toBe(totals.items);
    expect(sum(totals.byItemAndReceiver)).toBe(items.length);
    for (const row of await finished.csv("submissions.csv")) {
      expect(OUTCOMES.reduce((all, outcome) => all + Number(row[outcome]), 0)).toBe(Number(row.items));
    }
  });

  test("every reason says something, and what is delivered names its file", () => {
    for (const row of items) {
      expect(row.reason).not.toBe("");
      expect(["sender", "reportstream", "receiver", "nobody"]).toContain(row.acts);
      const isDelivered = row.outcome === "delivered" || row.outcome === "downloaded";
      expect(row.delivered_report_id !== "").toBe(isDelivered);
      expect(Number(row.times_delivered) > 0).toBe(row.outcome === "delivered");
    }
  });
});

describe("an organization's folder", () => {
  const files = [
    ["received-items.csv", "items.csv", "receiver"],
    ["submitted-items.csv", "items.csv", "sender"],
    ["submissions.csv", "submissions.csv", "sender"],
    ["deliveries.csv", "deliveries.csv", "receiver"],
  ] as const;

  test.each(files)("%s holds exactly its own rows", async (own, whole, party) => {
    const { organizations } = await finished.summary();
    const rows = await finished.csv(whole);
    const full = own === "submitted-items.csv" ? rows.map((row) => ({ ...row, delivered_item: "" })) : rows;
    let written = 0;
    for (const { name, folder } of organizations) {
      const expected = full.filter((row) => row[party].startsWith(`${name}.`));
      const actual = await finished.csv(`${folder}/${own}`);
      expect(actual).toEqual(expected);
      written += actual.length;
    }
    expect(written).toBe(full.filter((row) => row[party] !== "").length);
  });

  test("every organization with a row has one, and its name leads nowhere else", async () => {
    const { organizations } = await finished.summary();
    expect((await finished.organizations()).sort()).toEqual(
      organizations.map(({ name }) => organizationFolder(name)).sort(),
    );
    for (const { folder } of organizations) expect(folder).toMatch(/^organizations\/[a-z0-9_%A-F-]+$/);
  });

  test("names of staff stay with the operators", async () => {
    const staff = (await finished.csv("failures.csv")).map((row) => row.resent_by).filter(Boolean);
    expect(staff.length).toBeGreaterThan(0);
    for (const { folder } of (await finished.summary()).organizations) {
      for (const file of await readdir(join(finished.folder, folder))) {
        const text = await finished.text(`${folder}/${file}`);
        for (const name of staff) expect(text).not.toContain(name);
      }
    }
  });
});

describe("the same snapshot gives the same bytes", () => {
  test("whatever the host's time zone and language", async () => {
    const hashes: string[][] = [];
    for (const env of [
      { TZ: "Pacific/Chatham", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
      { TZ: "America/St_Johns", LANG: "C", LC_ALL: "C" },
    ]) {
      const target = await mkdtemp(join(out, "again-"));
      const { code, stderr } = await runProgram(["run", "--out", target, "--quiet", ...DAY], {
        env: { DATABASE_URL: database.readerUrl, ...env },
      });
      expect(`${code} ${stderr}`).toBe("0 ");
      const manifest = JSON.parse(await readFile(join(target, "2026-11-20", "manifest.json"), "utf8"));
      hashes.push(
        manifest.files
          // The snapshot's own instant and id are in these.
          .filter(({ path }: { path: string }) => path.endsWith(".csv"))
          .map(({ path, sha256 }: { path: string; sha256: string }) => `${path} ${sha256}`),
      );
    }
    expect(hashes[0].length).toBeGreaterThan(50);
    expect(hashes[1]).toEqual(hashes[0]);
  });
});

describe("running a window again", () => {
  test("says that it exists, with exit code 1, and changes nothing", async () => {
    const before = await readFile(join(finished.folder, "manifest.json"), "utf8");
    const { code, stderr } = await runProgram(["run", "--out", out, ...DAY], {
      env: { DATABASE_URL: database.readerUrl },
    });
    expect(code).toBe(1);
    expect(stderr).toContain("--force");
    expect(await readFile(join(finished.folder, "manifest.json"), "utf8")).toBe(before);
  });

  test("with --force replaces the folder", async () => {
    const before = await readFile(join(finished.folder, "manifest.json"), "utf8");
    const again = await run(database.readerUrl, out, "--force", ...DAY);
    expect(again.folder).toBe(finished.folder);
    expect(await again.text("manifest.json")).not.toBe(before);
    expect(await again.csv("items.csv")).toEqual(items);
  });

  test("--dry-run prints the plan and writes nothing", async () => {
    const target = join(out, "dry");
    const { code, stdout } = await runProgram(["run", "--out", target, "--dry-run", "--json", ...DAY], {
      env: { DATABASE_URL: database.readerUrl },
    });
    expect(code).toBe(0);
    const plan = JSON.parse(stdout);
    expect(plan.folder).toBe(join(target, "2026-11-20"));
    expect(plan.exists).toBe(false);
    expect(plan.files).toContain("items.csv");
    expect(plan.estimatedRows.itemEdges).toBeGreaterThan(1000);
    await expect(readdir(target)).rejects.toThrow("ENOENT");
  });
});

describe("--organization", () => {
  test("limits what is written to the organization's rows", async () => {
    const target = join(out, "limited");
    const limited = await run(database.readerUrl, target, ...DAY, "--organization", "ca-dph");
    expect(await limited.organizations()).toEqual(["ca-dph"]);
    const concerned = items.filter((row) => row.sender.startsWith("ca-dph.") || row.receiver.startsWith("ca-dph."));
    expect(concerned.length).toBeGreaterThan(0);
    expect(await limited.csv("items.csv")).toEqual(concerned);
  });

  test("an organization without a row gets its folder when it is named", async () => {
    const target = join(out, "nobody");
    const limited = await run(database.readerUrl, target, ...DAY, "--organization", "zz-nobody");
    expect(await limited.organizations()).toEqual(["zz-nobody"]);
    expect(await limited.csv("items.csv")).toEqual([]);
    expect((await limited.summary()).totals.items).toBe(0);
  });
});

describe("a user's own query", () => {
  test("becomes part of the nightly export by its header alone", async () => {
    const queries = join(out, "queries");
    await mkdir(queries);
    await writeFile(
      join(queries, "formats.sql"),
      [
        "-- title: Formats by sender",
        "-- row: a sender and a format",
        "-- param: from timestamptz required - submitted at or after this instant",
        "-- param: to timestamptz required - submitted before this instant",
        "-- column: organization text - the sender's organization",
        "-- column: format text - the body's format",
        "-- column: reports number - how many",
        "-- organization: organization",
        "-- export: formats.csv split",
        "-- reads: report_file",
        "-- order: organization, format",
        "-- cost: a range scan",
        "select sending_org as organization, body_format as format, count(*) as reports from report_file",
        "where sending_org is not null and created_at >= :from and created_at < :to",
        "group by 1, 2 order by 1, 2",
      ].join("\n"),
    );
    const exported = await run(database.readerUrl, join(out, "own"), ...DAY, "--queries", queries);
    const whole = await exported.csv("formats.csv");
    expect(whole.reduce((all, row) => all + Number(row.reports), 0)).toBe(
      (await exported.csv("submissions.csv")).filter((row) => row.report_id !== "").length,
    );
    for (const name of new Set(whole.map((row) => row.organization))) {
      expect(await exported.csv(`organizations/${organizationFolder(name)}/formats.csv`)).toEqual(
        whole.filter((row) => row.organization === name),
      );
    }
  });

  test("is exported with the bytes that query prints, each row to the organizations it names, once", async () => {
    const queries = join(out, "many-queries");
    await mkdir(queries);
    await writeFile(
      join(queries, "copies.sql"),
      [
        "-- title: Copies",
        "-- row: one of many",
        "-- column: sender_org text - the first organization",
        "-- column: receiver_org text - the second",
        "-- column: n number - which",
        "-- column: name text - a name that no spreadsheet should run",
        "-- column: at instant - when",
        "-- organization: sender_org, receiver_org",
        "-- export: copies.csv split",
        "-- reads: report_file",
        "-- order: n",
        "-- cost: nothing is read",
        "select (array['ca-dph', 'tx, doh', null, 'ca-dph'])[1 + i % 4] as sender_org,",
        "  (array['tx, doh', 'ca-dph', 'ca-dph'])[1 + i % 3] as receiver_org, i as n,",
        "  repeat('=\"ü', i % 7) as name, timestamptz '2026-11-20 00:00Z' + i * interval '1.0001 s' as at",
        "from generate_series(1, 60000) i order by i",
      ].join("\n"),
    );
    const exported = await run(database.readerUrl, join(out, "copies"), ...DAY, "--queries", queries);
    const whole = await exported.text("copies.csv");
    const asked = ["query", "copies", "--queries", queries, "--format", "csv"];
    const printed = await runProgram(asked, { env: { DATABASE_URL: database.readerUrl } });
    expect(printed.code).toBe(0);
    expect(whole === printed.stdout).toBe(true);
    const rows = await exported.csv("copies.csv");
    const lines = whole.split("\n");
    expect(rows).toHaveLength(60_000);
    expect(rows[6]).toEqual({
      sender_org: "ca-dph",
      receiver_org: "ca-dph",
      n: "7",
      name: "",
      at: "2026-11-20T00:00:07.000Z",
    });
    for (const name of ["ca-dph", "tx, doh"]) {
      const own = lines.filter(
        (_, n) => n === 0 || [rows[n - 1]?.sender_org, rows[n - 1]?.receiver_org].includes(name),
      );
      const text = await exported.text(`organizations/${organizationFolder(name)}/copies.csv`);
      expect(text === `${own.join("\n")}\n`).toBe(true);
    }
    const limited = await run(
      database.readerUrl,
      join(out, "copies-limited"),
      ...[...DAY, "--queries", queries, "--organization", "tx, doh"],
    );
    expect(await limited.text("copies.csv")).toBe(
      await exported.text(`organizations/${organizationFolder("tx, doh")}/copies.csv`),
    );
    expect(await limited.organizations()).toEqual([organizationFolder("tx, doh")]);
  });
});
