import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DiffOptions, diffTables, type RowChange } from "../../../src/tables/diff/diff.ts";
import type { Row, TableSource } from "../../../src/tables/row.ts";
import { memoryTable } from "../memory-table.ts";

async function diffOf(before: TableSource, after: TableSource, options?: DiffOptions) {
  const diff = await diffTables(before, after, options);
  try {
    const changes: RowChange[] = [];
    for await (const batch of diff.changes()) changes.push(...batch);
    return { ...diff, rows: changes };
  } finally {
    await diff.close();
  }
}

/** Rows as a bag of texts, cells in the order of `columns`. */
function bag(columns: readonly string[], table: { columns: readonly string[]; rows: readonly Row[] }): string[] {
  return table.rows.map((row) => JSON.stringify(columns.map((name) => row[table.columns.indexOf(name)] ?? ""))).sort();
}

/** Takes away what a diff removes from a bag of rows and adds what it adds; fails where a row is not there. */
function apply(rows: readonly string[], changes: readonly RowChange[]): string[] {
  const left = [...rows];
  for (const change of changes) {
    if (change.kind === "added") continue;
    const at = left.indexOf(JSON.stringify(change.before));
    if (at < 0) throw new Error(`not in the table: ${JSON.stringify(change.before)}`);
    left.splice(at, 1);
  }
  return left.concat(changes.flatMap((c) => (c.kind === "removed" ? [] : [JSON.stringify(c.after)]))).sort();
}

const cell = fc.oneof(
  fc.constantFrom("", "a", "b", "007", "7", "x\ty", "x\ny", "\\n", "\\", "\\t", "é", "𝄞", "\u0001", '"', ","),
  fc.string({ maxLength: 4 }).map((text) => text.replaceAll("\0", "0")),
);
const table = fc
  .uniqueArray(fc.constantFrom("id", "name", "code", "note", "z"), { minLength: 1, maxLength: 5 })
  .chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.array(fc.array(cell, { minLength: columns.length, maxLength: columns.length }), { maxLength: 25 }),
    }),
  );

describe("the difference of two tables", () => {
  it("applied to the first gives the second, whatever they hold and whatever the key", async () => {
    await fc.assert(
      fc.asyncProperty(table, table, fc.boolean(), fc.constantFrom(40, 200, 100_000), async (a, b, give, memory) => {
        const common = a.columns.filter((name) => b.columns.includes(name));
        const key = give && common.length > 0 ? { columns: common.slice(0, 1), origin: "given" as const } : undefined;
        const options = { key, bytesInMemory: memory };
        const diff = await diffOf(memoryTable(a.columns, a.rows), memoryTable(b.columns, b.rows), options);
        expect(apply(bag(diff.columns, a), diff.rows)).toEqual(bag(diff.columns, b));
        const { added, removed, changed, unchanged } = diff.summary;
        expect(removed + changed + unchanged).toBe(a.rows.length);
        expect(added + changed + unchanged).toBe(b.rows.length);
      }),
      { numRuns: 300 },
    );
  });

  it("of a table and its own rows and columns in another order is empty, and the hash says so", async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.integer(), async ({ columns, rows }, seed) => {
        const turned = [...columns].reverse();
        const shuffled = rows
          .map((row, index) => ({ row: [...row].reverse(), at: (index * 7919 + seed) % 101 }))
          .sort((a, b) => a.at - b.at)
          .map(({ row }) => row);
        const diff = await diffOf(memoryTable(columns, rows), memoryTable(turned, shuffled));
        expect(diff.rows).toEqual([]);
        expect(diff.before.digest).toBe(diff.after.digest);
      }),
      { numRuns: 100 },
    );
  });

  const before = memoryTable(
    ["code", "name", "unit"],
    [
      ["1", "Abbott", "mg"],
      ["2", "BD", "mg"],
      ["3", "Cue", "ml"],
    ],
  );
  const after = memoryTable(
    ["code", "name", "unit"],
    [
      ["4", "Roche", "mg"],
      ["1", "Abbott Labs", "mg"],
      ["2", "BD", "ml"],
    ],
  );

  it("names changed cells, counts them by column, and orders rows by key", async () => {
    const diff = await diffOf(before, after);
    expect(diff.key).toEqual({ columns: ["code"], origin: "proposed" });
    expect(diff.summary).toEqual({
      added: 1,
      removed: 1,
      changed: 2,
      unchanged: 0,
      repeatedKeys: 0,
      changedCells: [
        { column: "name", cells: 1 },
        { column: "unit", cells: 1 },
      ],
      addedColumns: [],
      removedColumns: [],
    });
    expect(diff.rows).toEqual([
      { kind: "changed", before: ["1", "Abbott", "mg"], after: ["1", "Abbott Labs", "mg"], changedColumns: ["name"] },
      { kind: "changed", before: ["2", "BD", "mg"], after: ["2", "BD", "ml"], changedColumns: ["unit"] },
      { kind: "removed", before: ["3", "Cue", "ml"] },
      { kind: "added", after: ["4", "Roche", "mg"] },
    ]);
  });

  it("has a hash that depends on the contents only, not on the key, and on the direction", async () => {
    const byName = await diffOf(before, after, { key: { columns: ["name"], origin: "given" } });
    const byCode = await diffOf(before, after);
    expect(byName.summary.changed).not.toBe(byCode.summary.changed);
    expect(byName.hash).toBe(byCode.hash);
    expect((await diffOf(after, before)).hash).not.toBe(byCode.hash);
  });

  it("says which keys stand more than once", async () => {
    const twice = memoryTable(
      ["code", "name", "unit"],
      [
        ["1", "a", "x"],
        ["1", "b", "x"],
        ["2", "c", "x"],
      ],
    );
    const diff = await diffOf(twice, after, { key: { columns: ["code"], origin: "given" } });
    expect(diff.summary.repeatedKeys).toBe(1);
  });

  it("compares whole rows where nothing is unique", async () => {
    const rows = [["1"], ["1"], ["2"]];
    const diff = await diffOf(memoryTable(["a"], rows), memoryTable(["a"], [["1"], ["2"], ["2"]]));
    expect(diff.key.origin).toBe("whole row");
    expect(diff.rows).toEqual([
      { kind: "removed", before: ["1"] },
      { kind: "added", after: ["2"] },
    ]);
  });

  it("shows new and lost columns with their cells", async () => {
    const diff = await diffOf(memoryTable(["id", "old"], [["1", "x"]]), memoryTable(["new", "id"], [["y", "1"]]));
    expect(diff.columns).toEqual(["new", "id", "old"]);
    expect(diff.summary).toMatchObject({ addedColumns: ["new"], removedColumns: ["old"], changed: 1 });
    expect(diff.rows).toEqual([
      { kind: "changed", before: ["", "1", "x"], after: ["y", "1", ""], changedColumns: ["new", "old"] },
    ]);
  });

  it("refuses a key column that is not in both", async () => {
    const key = { columns: ["id"], origin: "given" as const };
    await expect(diffTables(before, after, { key })).rejects.toThrow(/"id" is not in both/);
  });

  it("leaves nothing on disk, also when reading fails half way", async () => {
    const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("lineage-report-diff-"));
    const known = await leftovers();
    const failing: TableSource = {
      ...after,
      async *rows() {
        yield { rows: Array.from({ length: 100 }, (_, index) => [`${index}`, "n", "u"]), places: [] };
        throw new Error("the connection broke");
      },
    };
    const key = { columns: ["code"], origin: "given" as const };
    await expect(diffTables(before, failing, { key, bytesInMemory: 100 })).rejects.toThrow("the connection broke");
    expect(await leftovers()).toEqual(known);
  });
});
