import { describe, expect, it } from "vitest";
import { type CheckOptions, checkTable } from "../../src/tables/check/check.ts";
import { FIRM_RULES } from "../../src/tables/check/rules.ts";
import type { Row } from "../../src/tables/row.ts";
import { memoryTable } from "./memory-table.ts";

/** The findings as `level rule`, and the messages. */
async function check(columns: string[], rows: Row[], options: Partial<CheckOptions> = {}) {
  const report = await checkTable(memoryTable(columns, rows, "codes.csv"), { largestDropPercent: 10, ...options });
  return {
    verdict: report.verdict,
    found: report.findings.map(({ level, rule }) => `${level} ${rule}`),
    text: report.findings.map(({ message }) => message).join("\n"),
  };
}

function active(columns: string[], rows: Row[]): CheckOptions["active"] {
  return { version: 4, rows: rows.length, source: memoryTable(columns, rows) };
}

describe("the check of a file", () => {
  it("finds nothing in a plain table", async () => {
    const plain = await check(
      ["code", "name"],
      [
        ["001", "Zoë"],
        ["002", 'a, "b"\nc'],
        ["003", ""],
      ],
    );
    expect(plain).toEqual({ verdict: "fine", found: [], text: "" });
  });

  it.each<[string, string[], Row[], string[], RegExp]>([
    ["no rows", ["a"], [], ["error empty"], /no rows/],
    ["a column without a name", ["a", " "], [["1", "2"]], ["error header", "warning header"], /column B has no name/],
    ["names that repeat", ["a", "b", "a"], [["1", "2", "3"]], ["error header"], /"a"/],
    ["names with spaces", ["a ", "b"], [["1", "2"]], ["warning header"], /"a "/],
    [
      "ragged rows",
      ["a", "b"],
      [["1"], ["1", "2", "3"], ["1", "2"]],
      ["error ragged"],
      /2 rows.*row 1 has 1 cell, row 2 has 3/,
    ],
    [
      "rows without values",
      ["a", "b"],
      [
        ["", ""],
        ["1", "2"],
      ],
      ["warning blank-rows"],
      /1 row .*row 1/,
    ],
    ["rows that stand twice", ["a"], [["x"], ["y"], ["x"]], ["warning duplicate-rows"], /row 3 as row 1/],
    ["Excel's scientific notation", ["a"], [["8.85E+11"]], ["error scientific"], /"8.85E\+11"/],
    ["what may be scientific notation", ["a"], [["1E5"], ["2e-3"]], ["warning scientific"], /2 cells/],
    [
      "spaces around values",
      ["a"],
      [[" x"], ["y\t"], ["z\u00a0"]],
      ["warning spaces", "warning spaces"],
      /3 cells have spaces/,
    ],
    ["invisible characters", ["a"], [["x\u200by"], ["x\u00a0y"]], ["warning spaces"], /2 cells hold non-breaking/],
    ["control characters", ["a"], [["x\u0007"]], ["warning control"], /\\u0007/],
    ["NUL", ["a"], [["x\0y"]], ["error nul"], /Postgres cannot store/],
    ["UTF-8 read as something else", ["a"], [["ZoÃ«"], ["it â€™ s"], ["\ufffd"]], ["warning encoding"], /3 cells/],
  ])("finds %s", async (_, columns, rows, found, text) => {
    const result = await check(columns, rows);
    expect(result.found).toEqual(found);
    expect(result.text).toMatch(text);
  });

  it("compares the columns with the active version: missing, renamed and new ones", async () => {
    const before = active(["code", "name"], [["1", "a"]]);
    expect((await check(["name", "code"], [["a", "1"]], { active: before })).found).toEqual([]);
    const renamed = await check(["Code", "name"], [["1", "a"]], { active: before });
    expect(renamed.found).toEqual(["error columns"]);
    expect(renamed.text).toMatch(/"code" of the active version is now spelled "Code"/);
    expect((await check(["code", "name", "new"], [["1", "a", "x"]], { active: before })).found).toEqual([
      "warning columns",
    ]);
    const swapped = await check(["code", "title"], [["1", "a"]], { active: before });
    expect(swapped.found).toEqual(["error columns", "error columns"]);
  });

  it("judges keys as errors where they are certain, as warnings where they were proposed", async () => {
    const rows = [
      ["1", "a"],
      ["1", "b"],
      ["", "c"],
      [" ", "d"],
    ];
    const certain = await check(["code", "name"], rows, { key: { columns: ["code"], certain: true } });
    expect(certain.found).toEqual(["error duplicate-keys", "error blank-keys", "warning spaces"]);
    expect(certain.text).toMatch(/row 2 as row 1 \("1"\)/);
    expect(certain.text).toMatch(/2 rows have a blank key/);
    const proposed = await check(["code", "name"], rows, { key: { columns: ["code"], certain: false } });
    expect(proposed.verdict).toBe("warnings");
  });

  it("finds codes that lost their zeros by the active version, and only those", async () => {
    const before = active(
      ["zip", "n"],
      [
        ["00501", "7"],
        ["02134", "07"],
        ["90210", "8"],
      ],
    );
    const lost = await check(
      ["zip", "n"],
      [
        ["501", "7"],
        ["2134", "8"],
        ["90210", "8"],
      ],
      { active: before },
    );
    expect(lost.found).toEqual(["error leading-zeros"]);
    expect(lost.text).toMatch(/column "zip": 2 codes lost leading zeros: row 1 "501" was "00501"/);
    const partly = await check(
      ["zip", "n"],
      [
        ["00501", "7"],
        ["2134", "07"],
      ],
      { active: before },
    );
    expect(partly.found).toContain("warning leading-zeros");
  });

  it("suspects lost zeros without a version to compare with, by the lengths", async () => {
    const zips = Array.from({ length: 30 }, (_, index) => [index < 3 ? `${500 + index}` : `${10_000 + index}`]);
    expect((await check(["zip"], zips)).found).toEqual(["warning leading-zeros"]);
    const numbers = Array.from({ length: 30 }, (_, index) => [`${index * 37}`]);
    expect((await check(["count"], numbers)).found).toEqual([]);
  });

  it("warns of far fewer rows than the active version has", async () => {
    const before = active(
      ["a"],
      Array.from({ length: 100 }, (_, index) => [`${index}`]),
    );
    const rows = (count: number) => Array.from({ length: count }, (_, index) => [`${index}`]);
    expect((await check(["a"], rows(89), { active: before })).found).toEqual(["warning shrink"]);
    expect((await check(["a"], rows(90), { active: before })).found).toEqual([]);
  });

  it("lets an error pass as a warning when allowed, but never what could not be stored", async () => {
    const allowed = await check(["a"], [["1E+11"]], { allow: ["scientific"] });
    expect(allowed).toMatchObject({ verdict: "warnings", found: ["warning scientific"] });
    const firm = await check(["a", "a"], [["1"], ["x\0", "y"]], { allow: [...FIRM_RULES] });
    expect(firm.found).toEqual(["error header", "error ragged", "error nul"]);
  });
});
