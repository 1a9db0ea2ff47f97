import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createCsvFormatter } from "../../src/output/csv.ts";
import { RecordCounter } from "../../src/output/csv-rows.ts";

const COLUMNS = [
  { name: "a", type: "text" },
  { name: "b", type: "text" },
] as const;

test("rows are counted as a parser counts them, however the file is cut into pieces", () => {
  const cell = fc
    .array(fc.constantFrom('"', "\n", "\r", ",", "x", "é"), { maxLength: 6 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 10 }), fc.array(fc.nat(60)), (rows, cuts) => {
      const formatter = createCsvFormatter(COLUMNS);
      const file = Buffer.from(formatter.header + rows.map((values) => formatter.formatRow(values)).join(""));
      const counter = new RecordCounter();
      const edges = [0, ...cuts.filter((cut) => cut < file.length).sort((a, b) => a - b), file.length];
      for (let index = 1; index < edges.length; index++) counter.add(file.subarray(edges[index - 1], edges[index]));
      expect(counter.rows).toBe(rows.length);
      expect(counter.rows).toBe(parse(file, { record_delimiter: "\n" }).length - 1);
      expect(counter.atRowEnd).toBe(true);
    }),
  );
});

test("a file that ends in the middle says so, and its last record counts", () => {
  const count = (text: string) => {
    const counter = new RecordCounter();
    counter.add(Buffer.from(text));
    return [counter.rows, counter.atRowEnd];
  };
  expect(count("")).toEqual([0, true]);
  expect(count("a,b\n")).toEqual([0, true]);
  expect(count("a,b\n1,2\n")).toEqual([1, true]);
  expect(count("a,b\n1,2\n3")).toEqual([2, false]);
  expect(count('a,b\n1,"2\n')).toEqual([1, false]);
});
