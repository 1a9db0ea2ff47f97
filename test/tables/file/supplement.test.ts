import { describe, expect, it } from "vitest";
import { withSupplement } from "../../../src/tables/file/supplement.ts";
import type { Row } from "../../../src/tables/row.ts";
import { memoryTable } from "../memory-table.ts";

const base = memoryTable(
  ["Model", "Code", "Otc"],
  [
    ["A", "1", ""],
    ["B", "2", "N"],
    ["B", "2", "Y"],
  ],
  "livd.xlsx",
);

async function merged(columns: string[], rows: Row[]) {
  const source = await withSupplement(base, memoryTable(columns, rows, "extra.csv"));
  const all: Row[] = [];
  for await (const batch of source.rows()) all.push(...batch.rows);
  return { columns: source.columns, rows: all, remarks: source.remarks.map(({ message }) => message) };
}

describe("a supplement", () => {
  it("adds rows that match none, fills in rows that match one, and brings its further columns", async () => {
    const table = await merged(
      ["Code", "Model", "mode"],
      [
        ["1", "A", "P"],
        ["9", "Test_Device", "T"],
      ],
    );
    expect(table.columns).toEqual(["Model", "Code", "Otc", "mode"]);
    expect(table.rows).toEqual([
      ["A", "1", "", "P"],
      ["B", "2", "N", ""],
      ["B", "2", "Y", ""],
      ["Test_Device", "9", "", "T"],
    ]);
    expect(table.remarks).toEqual(["extra.csv: 1 row added, 1 row filled in"]);
  });

  it("is refused where a row matches several, or no column is common", async () => {
    await expect(merged(["Code", "Model", "mode"], [["2", "B", "P"]])).rejects.toThrow(
      /row 1 matches several rows of livd.xlsx \(2, 3\)/,
    );
    await expect(merged(["other"], [["x"]])).rejects.toThrow(/no column in common/);
  });
});
