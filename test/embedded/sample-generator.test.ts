import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { batchLookback, dayStarts, nextBatchTime, offsetAt, type Timing } from "../../src/embedded/sample/clock.ts";
import { text } from "../../src/embedded/sample/copy-text.ts";
import { instant } from "../../src/embedded/sample/era.ts";
import { EventQueue } from "../../src/embedded/sample/event-queue.ts";
import { generateSample, type SampleOptions, TABLES } from "../../src/embedded/sample/index.ts";
import { Random } from "../../src/embedded/sample/random.ts";
import { tableChecksum } from "../../src/embedded/sample/tables/lookup-tables.ts";
import { formatInstant, HOUR, MINUTE } from "../../src/time/instant.ts";

const AS_OF = instant("2026-03-12T15:20:00Z");

function play(options: Partial<SampleOptions>) {
  const sample = generateSample({ seed: 1, asOf: AS_OF, ...options });
  const hashes = new Map(Object.keys(TABLES).map((table) => [table, createHash("sha256")]));
  const rows: Record<string, number> = {};
  let largest = 0;
  for (const chunk of sample.chunks) {
    hashes.get(chunk.table)?.update(chunk.bytes);
    rows[chunk.table] = (rows[chunk.table] ?? 0) + chunk.rows;
    largest = Math.max(largest, chunk.bytes.length);
  }
  const digest = [...hashes].map(([table, hash]) => `${table} ${hash.digest("hex")}`).join("\n");
  return { digest, rows, largest, truth: sample.truth() };
}

describe("one seed", () => {
  it("gives the same bytes and the same truth every time", () => {
    const [one, other] = [play({}), play({})];
    expect(one.digest).toBe(other.digest);
    expect(one.truth).toEqual(other.truth);
  });

  it("gives the same bytes wherever the host's clock is set, and without the truth", () => {
    const zone = process.env.TZ;
    process.env.TZ = "Asia/Kathmandu";
    try {
      const there = play({ days: 1, scale: 0.2 }).digest;
      process.env.TZ = "America/Los_Angeles";
      expect(play({ days: 1, scale: 0.2, truth: false }).digest).toBe(there);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it("and another give different rows", () => {
    const small = { days: 1, scale: 0.2, variants: false };
    expect(play(small).digest).not.toBe(play({ ...small, seed: 2 }).digest);
  });
});

describe("a day for measuring", () => {
  const { rows, largest, truth } = play({ days: 1, items: 20_000 });

  it("has the edges and reports of the day that the design measured, per item", () => {
    // 314,000 items, 1.78 million edges, 1.25 million reports; merging less, a small day has some more reports.
    expect((rows.item_lineage ?? 0) / 20_000).toBeGreaterThan(5);
    expect((rows.item_lineage ?? 0) / 20_000).toBeLessThan(7);
    expect((rows.report_file ?? 0) / 20_000).toBeGreaterThan(3.7);
    expect((rows.report_file ?? 0) / 20_000).toBeLessThan(5.7);
  });

  it("comes in chunks of bounded size, and without a truth unless asked", () => {
    expect(largest).toBeLessThan(2_000_000);
    expect(truth.items).toEqual([]);
    expect(play({ days: 1, items: 500, truth: true }).truth.items.length).toBeGreaterThan(450);
  });
});

it("knows its truth only when the rows have been read", () => {
  expect(() => generateSample({ seed: 1, asOf: AS_OF }).truth()).toThrow(RangeError);
  expect(() => generateSample({ seed: 1, asOf: AS_OF, days: 0 })).toThrow("days must be");
});

describe("the clock", () => {
  const timing: Timing = {
    numberPerDay: 12,
    initialTime: "04:00",
    timeZone: "EASTERN",
    maxReportCount: 100,
    whenEmpty: "NONE",
    onlyOncePerDay: false,
  };
  const next = (now: string, more: Partial<Timing> = {}): string =>
    formatInstant(nextBatchTime({ ...timing, ...more }, instant(now)));

  it("rounds up to the receiver's next boundary, at least ten seconds ahead", () => {
    expect(next("2026-01-15T17:30:00Z")).toBe("2026-01-15T19:00:00.000Z");
    expect(next("2026-01-15T18:59:49Z")).toBe("2026-01-15T19:00:00.000Z");
    expect(next("2026-01-15T18:59:51Z")).toBe("2026-01-15T21:00:00.000Z");
    expect(next("2026-01-15T17:30:00Z", { numberPerDay: 1 })).toBe("2026-01-16T09:00:00.000Z");
    expect(next("2026-01-15T08:00:00Z", { numberPerDay: 1 })).toBe("2026-01-15T09:00:00.000Z");
  });

  it("keeps to the wall clock: summer moves a boundary, except where there is no summer time", () => {
    expect(next("2026-07-15T17:30:00Z", { numberPerDay: 1 })).toBe("2026-07-16T08:00:00.000Z");
    expect(next("2026-01-15T12:00:00Z", { numberPerDay: 1, timeZone: "ARIZONA" })).toBe("2026-01-16T11:00:00.000Z");
    expect(next("2026-07-15T12:00:00Z", { numberPerDay: 1, timeZone: "ARIZONA" })).toBe("2026-07-16T11:00:00.000Z");
    expect(next("2026-07-15T12:00:00Z", { numberPerDay: 1, timeZone: "CHAMORRO" })).toBe("2026-07-15T18:00:00.000Z");
  });

  it("never goes back over a boundary that the spring night leaves out", () => {
    // 02:00 does not exist; it comes at 03:00.
    expect(next("2026-03-08T06:30:00Z", { initialTime: "00:00" })).toBe("2026-03-08T07:00:00.000Z");
    expect(next("2026-03-08T06:59:55Z", { initialTime: "00:00" })).toBe("2026-03-08T08:00:00.000Z");
  });

  it("looks back three periods and three hours", () => {
    expect([1, 4, 12, 24, 1440].map((numberPerDay) => batchLookback({ ...timing, numberPerDay }) / MINUTE)).toEqual([
      4500, 1260, 540, 360, 183,
    ]);
  });

  it("finds the starts of local days, however long these are", () => {
    const starts = dayStarts(instant("2026-03-09T15:00:00Z"), 2, "America/New_York");
    expect(starts.map(formatInstant)).toEqual([
      "2026-03-07T05:00:00.000Z",
      "2026-03-08T05:00:00.000Z",
      "2026-03-09T04:00:00.000Z",
    ]);
    expect(offsetAt("America/New_York", instant("2026-03-08T06:59:59Z"))).toBe(-5 * HOUR);
    expect(offsetAt("America/New_York", instant("2026-03-08T07:00:00Z"))).toBe(-4 * HOUR);
  });
});

describe("the parts", () => {
  it("escape for COPY what would end a cell or a row", () => {
    expect(text("a\tb\nc\rd\\e")).toBe("a\\tb\\nc\\rd\\\\e");
    expect(text(null)).toBe("\\N");
    expect(text("\\N")).toBe("\\\\N");
  });

  it("run events by time, and in the order of planning at one time", () => {
    const queue = new EventQueue();
    const seen: number[] = [];
    for (const at of [5, 1, 4, 1, 3, 9]) queue.at(at, () => seen.push(at * 10 + seen.length));
    queue.at(3, (at) => queue.at(at, () => seen.push(-1)));
    while (queue.step(8));
    expect(seen).toEqual([10, 11, 32, -1, 44, 55]);
    expect(queue.step(8)).toBe(false);
    expect(queue.step(9)).toBe(true);
  });

  it("make UUIDs of version 4, none twice, and numbers spread evenly", () => {
    const random = new Random("x");
    const ids = new Set(Array.from({ length: 50_000 }, () => random.uuid()));
    expect(ids.size).toBe(50_000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 100_000; draw++) tenths[Math.floor(random.unit() * 10)]!++;
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it("compute ReportStream's checksum of a lookup table (value verified with Jackson)", () => {
    expect(
      tableChecksum([
        { b: "1", a: 'xé"/\n\u2028<' },
        { b: "", a: null },
      ]),
    ).toBe("7310376dec1fe0e75303540734dcf644a7211d5817cc9bbd8162f8d480f9d607");
  });
});
