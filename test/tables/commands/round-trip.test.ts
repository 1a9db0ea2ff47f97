import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, openBench } from "../lookup-fixture.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const text = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "007",
    "1E5",
    "a,b",
    '"',
    '""',
    "\n",
    "\r\n",
    "x\ty",
    "\\",
    "\\N",
    "\\.",
    "é",
    "𝄞",
    "שלום",
    "=1+1",
    "\u2028",
    "null",
    "\u0001",
  ),
  fc.string({ unit: "binary", maxLength: 8 }).map((value) => value.replaceAll("\0", "0")),
);

describe("what is loaded", () => {
  it("comes back cell for cell, in the order of the file, as CSV and as JSON", { timeout: 180_000 }, async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          text.filter((name) => name.trim() !== ""),
          { minLength: 1, maxLength: 5 },
        ),
        fc.array(fc.array(text, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(",", ";", "\t", "|"),
        fc.constantFrom("\n", "\r\n"),
        async (columns, wide, delimiter, lineEnd) => {
          const rows = wide.map((row) => row.slice(0, columns.length));
          const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
          const csv = [columns, ...rows].map((row) => row.map(quoted).join(delimiter) + lineEnd).join("");
          const name = `round-${run++}`;
          await bench.file(`${name}.csv`, csv);
          const created = await bench.tables([
            "create",
            name,
            `${name}.csv`,
            "--force",
            "--new-table",
            "--delimiter",
            delimiter,
            "--allow",
            "scientific",
          ]);
          expect(created).toMatchObject({ code: 0 });
          const exported = await bench.tables([
            "export",
            name,
            "--version",
            "1",
            "--out",
            `${name}.out.csv`,
            "--columns-from",
            await bench.file(`${name}.head.csv`, `${columns.map(quoted).join(",")}\n`),
          ]);
          expect(exported).toMatchObject({ code: 0 });
          const back = parse(await readFile(join(bench.folder, `${name}.out.csv`)), {
            relax_column_count: true,
          }) as string[][];
          expect(back).toEqual([columns, ...rows]);
          const json = await bench.tables(["export", name, "--version", "1", "--format", "json"]);
          const objects = JSON.parse(json.stdout) as Record<string, string>[];
          expect(objects.map((object) => columns.map((column) => object[column]))).toEqual(rows);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("is recognised as identical when the export is loaded again", async () => {
    await bench.file("again.csv", "b,aa\n1,x\n2,y\n");
    await bench.tables(["create", "again", "again.csv"]);
    await bench.tables(["export", "again", "--version", "newest", "--out", "again.out.csv"]);
    expect((await readFile(join(bench.folder, "again.out.csv"), "utf8")).split("\n")[0]).toBe("b,aa");
    const result = await bench.tables(["create", "again", "again.out.csv"]);
    expect(result.stderr).toMatch(/identical to version 1; nothing was created/);
  });

  it("has columns in the stored order, shorter names first, unless a file says otherwise", async () => {
    await bench.file("order.csv", "zz,b,aa,2020\n1,2,3,4\n");
    await bench.tables(["create", "order", "order.csv"]);
    expect((await bench.tables(["export", "order", "--version", "1"])).stdout).toBe("b,aa,zz,2020\n2,3,1,4\n");
    const as = await bench.tables(["export", "order", "--version", "1", "--columns-from", "order.csv"]);
    expect(as.stdout).toBe("zz,b,aa,2020\n1,2,3,4\n");
    await bench.file("other.csv", "zz,b\n");
    const wrong = await bench.tables(["export", "order", "--version", "1", "--columns-from", "other.csv"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/it lacks "aa", "2020"/);
  });
});
