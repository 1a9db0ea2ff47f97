import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTableFile } from "../../../src/tables/file/open-file.ts";
import type { WorkbookOptions } from "../../../src/tables/file/workbook.ts";
import type { Row } from "../../../src/tables/row.ts";
import { type XlsxSheet, xlsx, zip } from "./xlsx-fixture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lineage-report-xlsx-"));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function read(content: XlsxSheet[] | Buffer, options: WorkbookOptions = {}, table = "any") {
  const path = join(folder, `book-${files++}.xlsx`);
  await writeFile(path, Buffer.isBuffer(content) ? content : xlsx(content));
  const source = await openTableFile(path, table, options);
  const rows: Row[] = [];
  const places: number[] = [];
  for await (const batch of source.rows()) {
    rows.push(...batch.rows);
    places.push(...batch.places);
  }
  const remarks = source.remarks.map(({ rule, level }) => `${level} ${rule}`);
  return { columns: source.columns, rows, places, remarks, label: source.label };
}

const readme: XlsxSheet = { name: "Read me", rows: [["About this workbook"]] };
const mapping: XlsxSheet = {
  name: "LOINC Mapping",
  rows: [
    ["Manufacturer", "Model\u00a0", "Test Performed LOINC Code*"],
    ["Abbott", "\u00a0ID NOW*", "94534-5"],
    [null, null, null],
    ["BD", "Veritor ", "94558-4"],
  ],
};

describe("reading a workbook", () => {
  it("takes LIVD's own sheet for the LIVD table, cuts asterisks and normalises non-breaking spaces", async () => {
    const table = await read([readme, mapping], {}, "LIVD-SARS-CoV-2");
    expect(table.columns).toEqual(["Manufacturer", "Model", "Test Performed LOINC Code"]);
    expect(table.rows).toEqual([
      ["Abbott", "ID NOW", "94534-5"],
      ["BD", "Veritor", "94558-4"],
    ]);
    expect(table.places).toEqual([2, 4]);
    expect(table.remarks).toEqual(["note asterisks"]);
    expect(table.label).toMatch(/sheet "LOINC Mapping"/);
  });

  it("asks for the sheet where there are several, and names them when it is wrong", async () => {
    await expect(read([readme, mapping])).rejects.toMatchObject({
      rule: "sheet",
      message: expect.stringContaining('"Read me", "LOINC Mapping"'),
    });
    await expect(read([readme, mapping], { sheet: "LOINC" })).rejects.toMatchObject({ rule: "sheet" });
    expect((await read([readme, mapping], { sheet: "loinc mapping " })).rows).toHaveLength(2);
  });

  it("writes numbers as Excel shows them and keeps text that looks like a number", async () => {
    const numbers = ["1", "1.0", "8.84999048034E+11", "0.1", "0.30000000000000004", "-5", "1E+21"];
    const table = await read([
      { name: "s", rows: [["n", "t"], ...numbers.map((number) => [{ number }, "007"] as XlsxSheet["rows"][number])] },
    ]);
    expect(table.rows.map(([n]) => n)).toEqual(["1", "1", "884999048034", "0.1", "0.3", "-5", "1e+21"]);
    expect(table.rows.every(([, t]) => t === "007")).toBe(true);
  });

  it("writes dates as dates and says so; booleans as true and false; failed formulas are errors", async () => {
    const table = await read([
      {
        name: "s",
        rows: [
          ["d", "b", "f"],
          [{ date: 45_000 }, true, { failed: "#N/A" }],
        ],
      },
    ]);
    expect(table.rows).toEqual([["2023-03-15", "true", ""]]);
    expect(table.remarks).toEqual(["warning dates", "error formulas"]);
  });

  it.each<[string, string, XlsxSheet, RegExp]>([
    [
      "a header of merged cells over a second row",
      "merged",
      {
        name: "s",
        rows: [
          ["Maker", "Test", null],
          ["", "Code", "Name"],
          ["a", "b", "c"],
        ],
        merged: ["A1:A2", "B1:C1"],
      },
      /A1:A2, B1:C1/,
    ],
    [
      "merged cells in the body",
      "merged",
      {
        name: "s",
        rows: [
          ["a", "b"],
          ["x", "1"],
          [null, "2"],
        ],
        merged: ["A2:A3"],
      },
      /A2:A3.*only the first/,
    ],
    ["a title above the header", "header", { name: "s", rows: [["Codes of 2026"], ["a", "b"], ["1", "2"]] }, /title/],
    [
      "a column without a name",
      "header",
      {
        name: "s",
        rows: [
          ["a", null, "c"],
          ["1", "2", "3"],
        ],
      },
      /column B/,
    ],
    ["an empty sheet", "empty", { name: "s", rows: [] }, /empty/],
  ])("refuses %s", async (_, rule, sheet, message) => {
    await expect(read([sheet])).rejects.toMatchObject({ rule, message: expect.stringMatching(message) });
  });

  it("takes another header row when told, and then the merged title above does not matter", async () => {
    const sheet: XlsxSheet = {
      name: "s",
      rows: [
        ["Codes of 2026", null],
        ["a", "b"],
        ["1", "2"],
      ],
      merged: ["A1:B1"],
    };
    const table = await read([sheet], { headerRow: 2 });
    expect(table.columns).toEqual(["a", "b"]);
    expect(table.rows).toEqual([["1", "2"]]);
    await expect(read([sheet], { headerRow: 9 })).rejects.toMatchObject({ rule: "header" });
  });

  it("fills short rows, and hands a row with cells beyond the header on for the check", async () => {
    const table = await read([{ name: "s", rows: [["a", "b"], ["1"], ["1", "2", "3"]] }]);
    expect(table.rows).toEqual([
      ["1", ""],
      ["1", "2", "3"],
    ]);
  });

  it("refuses what is no workbook with the reason", async () => {
    await expect(read(Buffer.from("a,b\n1,2\n"))).rejects.toMatchObject({ rule: "workbook", exitCode: 1 });
    await expect(read(zip([["hello.txt", "hello"]]))).rejects.toMatchObject({ rule: "workbook" });
  });

  it("refuses options that belong to the other kind of file", async () => {
    await expect(openTableFile("x.csv", "t", { sheet: "s" })).rejects.toMatchObject({ rule: "workbook" });
    await expect(openTableFile("x.xlsx", "t", { delimiter: ";" })).rejects.toMatchObject({ rule: "workbook" });
  });
});
