import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileRefusedError } from "../../../src/tables/errors.ts";
import { type CsvOptions, openCsvFile } from "../../../src/tables/file/csv-file.ts";
import type { Row } from "../../../src/tables/row.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lineage-report-csv-"));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function read(content: string | Uint8Array, options?: CsvOptions) {
  const path = join(folder, `table-${files++}.csv`);
  await writeFile(path, content);
  const source = await openCsvFile(path, options);
  const rows: Row[] = [];
  const lines: number[] = [];
  for await (const batch of source.rows()) {
    rows.push(...batch.rows);
    lines.push(...batch.places);
  }
  return { columns: source.columns, rows, lines, remarks: source.remarks.map((remark) => remark.rule) };
}

describe("reading a CSV file", () => {
  it.each([",", ";", "\t", "|"])("finds the delimiter %j, also where cells hold the others", async (delimiter) => {
    const other = delimiter === "," ? ";" : ",";
    const text = `a${delimiter}b${delimiter}c\n"1${other}2"${delimiter}x${other}${delimiter}3\n`;
    const table = await read(text);
    expect(table.columns).toEqual(["a", "b", "c"]);
    expect(table.rows).toEqual([[`1${other}2`, `x${other}`, "3"]]);
  });

  it("takes a table of one column, its empty cells included", async () => {
    expect((await read("code\n007\n\nx y\n")).rows).toEqual([["007"], [""], ["x y"]]);
  });

  it("reads CRLF, LF and CR, also mixed, and keeps line breaks inside quotes as they are", async () => {
    const table = await read('a,b\r\n1,"x\r\ny"\r\n2,"x\ny"\n3,z\r4,w');
    expect(table.rows).toEqual([
      ["1", "x\r\ny"],
      ["2", "x\ny"],
      ["3", "z"],
      ["4", "w"],
    ]);
  });

  it("points at the line on which a row starts", async () => {
    expect((await read('a,b\n1,"x\ny\nz"\n2,w\n\n3,v\n')).lines).toEqual([2, 5, 7]);
  });

  it.each([
    ["UTF-8 with a mark", Buffer.from("\ufeffname,code\nZoë,1\n", "utf8"), ["bom"]],
    ["UTF-16 LE with a mark", Buffer.from("\ufeffname,code\nZoë,1\n", "utf16le"), ["bom", "encoding"]],
    ["UTF-16 BE with a mark", Buffer.from("\ufeffname,code\nZoë,1\n", "utf16le").swap16(), ["bom", "encoding"]],
    ["UTF-16 LE without a mark", Buffer.from("name,code\nZoë,1\n", "utf16le"), ["encoding"]],
  ])("reads %s and says so", async (_, bytes, remarks) => {
    const table = await read(bytes);
    expect(table.columns).toEqual(["name", "code"]);
    expect(table.rows).toEqual([["Zoë", "1"]]);
    expect(table.remarks).toEqual(remarks);
  });

  it("refuses Latin-1 with the line, and reads it when told what it is", async () => {
    const bytes = Buffer.from("name,code\nAda,1\nZoë,2\n", "latin1");
    const refusal = await read(bytes).catch((error) => error);
    expect(refusal).toBeInstanceOf(FileRefusedError);
    expect(refusal.message).toMatch(/not valid UTF-8 near line 3/);
    expect(refusal.hint).toMatch(/--encoding windows-1252/);
    expect((await read(bytes, { encoding: "windows-1252" })).rows[1]).toEqual(["Zoë", "2"]);
  });

  it("finds invalid bytes far behind the first chunk", async () => {
    const good = `a,b\n${"x,y\n".repeat(200_000)}`;
    const bytes = Buffer.concat([Buffer.from(good), Buffer.from("caf\xe9,1\n", "latin1")]);
    await expect(read(bytes)).rejects.toThrow(/near line 200002/);
  });

  it.each([
    ["an empty file", "", "empty"],
    ["an old Excel workbook", Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), "encoding"],
    ["a zip archive", Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x14]), "encoding"],
    ["binary data", Buffer.from([1, 0, 0, 2, 3, 0, 0, 0]), "encoding"],
    ["a quote that never ends", 'a,b\n1,"x\n2,y\n', "malformed"],
    ["a quote in the middle of a cell", 'a,b\n1,6" swab\n', "malformed"],
    ["a closing quote with text after it", 'a,b\n1,"x"y\n', "malformed"],
  ])("refuses %s", async (_, content, rule) => {
    await expect(read(content)).rejects.toMatchObject({ rule });
  });

  it("says that a file is missing", async () => {
    await expect(openCsvFile(join(folder, "none.csv"))).rejects.toMatchObject({ rule: "unreadable", exitCode: 1 });
  });

  it("hands ragged rows on as they are, for the check to name them", async () => {
    expect((await read("a,b\n1\n1,2,3\n")).rows).toEqual([["1"], ["1", "2", "3"]]);
  });
});
