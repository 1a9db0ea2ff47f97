import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readSheet } from "read-excel-file/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkbook } from "../../../src/tables/file/workbook.ts";
import { readText } from "../../../src/tables/file/workbook-cell.ts";
import { lossText } from "../../../src/tables/file/workbook-losses.ts";
import { sheetNames } from "../../../src/tables/file/workbook-parts.ts";
import { workbookPieces } from "../../../src/tables/file/workbook-writer.ts";
import { readZipEntry } from "../../../src/tables/file/zip-entry.ts";
import type { TableSource } from "../../../src/tables/row.ts";
import { type Bench, openBench } from "../lookup-fixture.ts";
import { memoryTable } from "../memory-table.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lineage-report-xlsx-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function workbook(source: TableSource, sheet = "codes") {
  const losses = { cells: 0, rows: 0 };
  const pieces: Uint8Array[] = [];
  for await (const piece of workbookPieces(source, source.columns, sheet, losses)) pieces.push(piece);
  return { bytes: Buffer.concat(pieces), losses };
}

/** What a reader that knows nothing of ours finds, every cell a text. */
async function readCells(bytes: Buffer): Promise<unknown[][]> {
  return (await readSheet(bytes, 1, { trim: false })) as unknown[][];
}

const text = fc.oneof(
  fc.constantFrom(
    ...[
      "007",
      "1E5",
      "=1+1",
      "<b>&amp;\"'",
      "_x0041_",
      "__x000d_",
      "a\r\nb",
      "\r",
      "x\ty",
      "\u0001",
      "\u007f",
      "\ufffe",
    ],
    ...["é", "𝄞", "שלום", "\u2028", "true", "2026-11-20", " a ", "a\u00a0b", "name*", "*", " "],
  ),
  fc.string({ unit: "binary", maxLength: 8 }).map((value) => value.replaceAll("\0", "0")),
);

describe("a workbook of a table", () => {
  it("holds every cell as it is, as text", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 20 }), async (rows) => {
        const { bytes } = await workbook(memoryTable(["a", "b", "c"], rows));
        const [header, ...cells] = await readCells(bytes);
        expect(header).toEqual(["a", "b", "c"]);
        // The reader leaves blank cells and rows out.
        const found = rows.map((_, at) => [0, 1, 2].map((index) => cells[at]?.[index] ?? ""));
        expect(found).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });

  it("is read back by `tables` as it was, but for what is said", { timeout: 60_000 }, async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 20 }), async (given) => {
        const rows = [["first", "", "last"], ...given];
        const { bytes, losses } = await workbook(memoryTable(["a", "b", "c"], rows));
        const path = join(folder, `${run++}.xlsx`);
        await writeFile(path, bytes);
        const source = await openWorkbook(path);
        const found: (readonly string[])[] = [];
        for await (const batch of source.rows()) found.push(...batch.rows);
        const wanted = rows.map((row) => row.map(readText)).filter((row) => row.some((value) => value !== ""));
        expect(found).toEqual(wanted);
        expect(losses.rows).toBe(rows.length - wanted.length);
        const isSame = losses.rows === 0 && losses.cells === 0;
        expect(isSame).toBe(JSON.stringify(found) === JSON.stringify(rows));
      }),
      { numRuns: 60 },
    );
  });

  it("says what would be read otherwise", async () => {
    const rows = [
      ["1 ", "x*"],
      ["", " "],
      ["2", "y"],
    ];
    const { losses } = await workbook(memoryTable(["a", "b"], rows));
    expect(losses).toEqual({ cells: 2, rows: 1 });
    expect(lossText(losses, "codes")).toMatch(/2 cells .* and 1 row without any value/);
    expect(lossText({ cells: 0, rows: 0 }, "codes")).toBe("");
  });

  it("has the format of text in every cell, and the same bytes each time", async () => {
    const source = memoryTable(["code"], [["007"], ["1E5"]]);
    const { bytes } = await workbook(source);
    expect(readZipEntry(bytes, "xl/styles.xml")).toContain('<xf numFmtId="49"');
    const cells = (readZipEntry(bytes, "xl/worksheets/sheet1.xml") ?? "").match(/<c [^>]*>/g);
    expect(cells).toEqual(["A1", "A2", "A3"].map((name) => `<c r="${name}" s="1" t="inlineStr">`));
    expect((await workbook(source)).bytes.equals(bytes)).toBe(true);
  });

  it.each([
    ["a/b[c]:d*?\\e", "a-b-c--d---e"],
    ["x".repeat(40), "x".repeat(31)],
    ["'quoted'", "-quoted-"],
    ['ü<&>"', 'ü<&>"'],
  ])("calls the sheet of %j what a sheet can be called", async (table, name) => {
    const { bytes } = await workbook(memoryTable(["a"], [["1"]]), table);
    expect(sheetNames(bytes)).toEqual([name]);
    expect(await readCells(bytes)).toEqual([["a"], ["1"]]);
  });

  it("refuses what a sheet cannot hold, and says what to do", { timeout: 60_000 }, async () => {
    await expect(workbook(memoryTable(["a"], [["x".repeat(32_768)]]))).rejects.toThrow(/32,767 characters .* row 1/);
    const wide = Array.from({ length: 16_385 }, (_, index) => `c${index}`);
    await expect(workbook(memoryTable(wide, []))).rejects.toThrow(/16,384 columns/);
    const rows = Array.from({ length: 1024 }, () => [""]);
    const long = {
      ...memoryTable(["a"], []),
      async *rows() {
        for (let batch = 0; batch < 1024; batch++) yield { rows, places: [] };
      },
    };
    await expect(workbook(long)).rejects.toThrow(/1,048,575 rows/);
  });
});

describe("tables export --format xlsx", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
    await bench.file("codes.csv", 'code,name\n007,Zoë\n0010,"a,b"\n');
    await bench.tables(["create", "codes", "codes.csv", "--activate", "--yes"]);
  });
  afterAll(() => bench.close());

  it("writes a file that is the same table", async () => {
    const exported = await bench.tables(["export", "codes", "--format", "xlsx", "--out", "codes.xlsx"]);
    expect(exported).toMatchObject({ code: 0, stdout: "" });
    expect(exported.stderr).not.toMatch(/warning/);
    expect(await readCells(await readFile(join(bench.folder, "codes.xlsx")))).toEqual([
      ["code", "name"],
      ["007", "Zoë"],
      ["0010", "a,b"],
    ]);
    const again = await bench.tables(["create", "codes", "codes.xlsx", "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: "identical", version: 1 });
  });

  it("keeps the order of a file that is named", async () => {
    await bench.file("order.csv", "name,code\n");
    const words = ["export", "codes", "--format", "xlsx", "--columns-from", "order.csv", "--out", "ordered.xlsx"];
    expect((await bench.tables(words)).code).toBe(0);
    expect((await readCells(await readFile(join(bench.folder, "ordered.xlsx"))))[0]).toEqual(["name", "code"]);
  });

  it("wants a file, and leaves none where it cannot be written", async () => {
    const without = await bench.tables(["export", "codes", "--format", "xlsx"]);
    expect(without.code).toBe(2);
    expect(without.stderr).toMatch(/--out FILE/);
    await bench.insertVersion("long", 1, [{ a: "x".repeat(40_000) }], { active: true });
    const refused = await bench.tables(["export", "long", "--format", "xlsx", "--out", "long.xlsx"]);
    expect(refused.code).toBe(2);
    await expect(readFile(join(bench.folder, "long.xlsx"))).rejects.toThrow(/ENOENT/);
  });
});
