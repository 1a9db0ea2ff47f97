import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { organizationFolder, runFolderName } from "../../src/output/names.ts";
import { isInsidePath } from "../../src/output/paths.ts";
import { parseInstant } from "../../src/time/instant.ts";

describe("an organization's folder", () => {
  test.each([
    ["ca-dph", "ca-dph"],
    ["ca_dph-x9", "ca_dph-x9"],
    ["CA-DPH", "%43%41-%44%50%48"],
    ["../evil", "%2E%2E%2Fevil"],
    [".", "%2E"],
    ["..", "%2E%2E"],
    ["a\\b", "a%5Cb"],
    ["a b", "a%20b"],
    ["é", "%C3%A9"],
    ["%2E", "%252%45"],
    ["-rf", "-rf"],
    ["con", "%63on"],
    ["lpt1", "%6Cpt1"],
    ["console", "console"],
    ["", "%"],
  ])("%j is %j", (name, folder) => {
    expect(organizationFolder(name)).toBe(folder);
  });

  const parts = [
    "a",
    "A",
    "%",
    "41",
    "%41",
    ".",
    "/",
    "-",
    "con",
    "\0",
    "é",
    "e\u0301",
    "\ud800",
    "\udc00",
    "\uFFFD",
    " ",
  ];
  const name = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.array(fc.constantFrom(...parts), { maxLength: 5 }).map((drawn) => drawn.join("")),
    fc.string({ minLength: 60, maxLength: 400 }),
  );

  test("stays one part of a path, of plain characters, at most 200 bytes long", () => {
    fc.assert(
      fc.property(name, (value) => {
        const folder = organizationFolder(value);
        expect(folder).toMatch(/^(?:[a-z0-9_-]|%[0-9A-F]{2}|%-|%$)+$/);
        expect(folder.length).toBeLessThanOrEqual(200);
        expect(isInsidePath(folder)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("different names stay different, where case is ignored too", () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 40 }), (names) => {
        const folders = new Set(names.map((value) => organizationFolder(value).toLowerCase()));
        expect(folders.size).toBe(names.length);
      }),
      { numRuns: 500 },
    );
  });

  test("long names that differ only at the end stay different", () => {
    const long = "x".repeat(300);
    expect(organizationFolder(`${long}a`)).not.toBe(organizationFolder(`${long}b`));
    expect(organizationFolder("É".repeat(100))).toMatch(/^(?:%[0-9A-F]{2})+%-[0-9a-f]{64}$/);
  });
});

describe("a run's folder", () => {
  const name = (from: string, to: string, timeZone = "America/New_York") =>
    runFolderName({ from: parseInstant(from) ?? Number.NaN, to: parseInstant(to) ?? Number.NaN, timeZone });

  test.each([
    ["one day", "2026-11-20T05:00:00Z", "2026-11-21T05:00:00Z", "America/New_York", "2026-11-20"],
    ["three days", "2026-11-20T05:00:00Z", "2026-11-23T05:00:00Z", "America/New_York", "2026-11-20_2026-11-22"],
    ["a day of 23 hours", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", "America/New_York", "2026-03-08"],
    ["a day of 25 hours", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", "America/New_York", "2026-11-01"],
    ["a day that starts at one", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", "America/Sao_Paulo", "2018-11-04"],
    ["before a day that never was", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "Pacific/Apia", "2011-12-29"],
    ["a day in UTC", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "UTC", "2026-11-20"],
    [
      "24 hours off the day",
      "2026-11-01T04:00:00Z",
      "2026-11-02T04:00:00Z",
      "America/New_York",
      "20261101T040000Z_20261102T040000Z",
    ],
    [
      "twelve hours",
      "2026-11-20T14:00:00Z",
      "2026-11-21T02:00:00Z",
      "America/New_York",
      "20261120T140000Z_20261121T020000Z",
    ],
    [
      "milliseconds",
      "2026-11-20T14:00:00.120Z",
      "2026-11-21T02:00:00Z",
      "UTC",
      "20261120T140000.120Z_20261121T020000Z",
    ],
    [
      "microseconds",
      "2026-11-20T00:00:00.000001Z",
      "2026-11-21T00:00:00Z",
      "UTC",
      "20261120T000000.000001Z_20261121T000000Z",
    ],
  ])("%s", (_, from, to, zone, expected) => {
    expect(name(from, to, zone)).toBe(expected);
  });

  test("windows of one zone that differ have names that differ", () => {
    const start = parseInstant("2026-10-30T04:00:00Z") ?? Number.NaN;
    const instant = fc
      .tuple(fc.integer({ min: 0, max: 8 * 24 }), fc.constantFrom(0, 0, 0, 1, 1000, 1_000_000))
      .map(([hours, micros]) => start + hours * 3_600_000_000 + micros);
    const window = fc.tuple(instant, instant).filter(([from, to]) => from < to);
    fc.assert(
      fc.property(fc.uniqueArray(window, { maxLength: 30, selector: ([from, to]) => `${from} ${to}` }), (windows) => {
        const names = windows.map(([from, to]) => runFolderName({ from, to, timeZone: "America/New_York" }));
        expect(new Set(names).size).toBe(windows.length);
      }),
      { numRuns: 50 },
    );
  });
});
