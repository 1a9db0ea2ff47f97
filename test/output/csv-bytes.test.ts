import fc from "fast-check";
import { expect, test } from "vitest";
import { createCsvFormatter } from "../../src/output/csv.ts";
import { CsvBytes, InstantClock } from "../../src/output/csv-bytes.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 90 }),
  fc.string({
    unit: fc.constantFrom(",", '"', "\n", "\r", "=", "-", "'", " ", "\t", "\0", "é", "😀", "a", "7"),
    maxLength: 60,
  }),
);
const number = fc.oneof(
  fc.integer(),
  fc.integer({ min: 0, max: 120 }),
  fc.maxSafeInteger(),
  fc.constantFrom(-0, 9, 10, 99, 100, 999_999_999, 1_000_000_000, 2 ** 53, 1e21, -1),
);
const instant = fc.oneof(
  fc.integer({ min: -62_135_596_800_000_000, max: 7_258_118_400_000_000 }),
  fc.integer({ min: 1_773_000_000_000_000, max: 1_773_000_002_000_000 }),
  fc.constantFrom(Infinity, -Infinity, 0, -1, 999, 1000, -62_167_219_200_000_008),
);
const row = fc.record({ id: fc.uuid(), number, instant, text });

test("cells of every kind are printed as csv.ts prints them, whatever was printed before", () => {
  const formatter = createCsvFormatter([
    { name: "id", type: "id" },
    { name: "number", type: "number" },
    { name: "at", type: "instant" },
    { name: "name", type: "text" },
    { name: "again", type: "text" },
  ]);
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
      const bytes = new CsvBytes(1);
      const clock = new InstantClock();
      for (const { id, number: value, instant: at, text: name } of rows) {
        bytes.addUuid(Buffer.from(id.replaceAll("-", ""), "hex"));
        bytes.addComma();
        bytes.addInteger(value);
        bytes.addComma();
        bytes.addInstant(at, clock);
        bytes.addComma();
        const stored = Buffer.from(`<${name}>`);
        bytes.addText(stored, 1, stored.length - 2);
        bytes.addPrinted(formatter.formatCells([null, null, null, null, name], 4, 5));
        bytes.endRow();
      }
      const lines = rows.map((one) => formatter.formatRow([one.id, one.number, one.instant, one.text, one.text]));
      expect(bytes.bytes.toString("utf8", 0, bytes.length)).toBe(Buffer.from(lines.join("")).toString("utf8"));
      expect(bytes.rows).toBe(rows.length);
    }),
    { numRuns: 2000 },
  );
});

test("what others hold is added whole or from an offset on, and nothing of what stands behind it", () => {
  const cells = new CsvBytes(64);
  cells.addPrinted("something long that was here before");
  cells.clear();
  cells.addPrinted("a,b");
  const bytes = new CsvBytes(4);
  bytes.addPrinted("x,");
  bytes.add(cells);
  bytes.addFrom(cells, 1);
  expect(bytes.bytes.toString("utf8", 0, bytes.length)).toBe("x,a,b,b");
  bytes.clear();
  expect([bytes.length, bytes.rows]).toEqual([0, 0]);
});

test("bytes that are no UTF-8 are mended as the encoder mends them", () => {
  const bytes = new CsvBytes(8);
  bytes.addText(Buffer.from([0x61, 0xff, 0x62]), 0, 3);
  expect(bytes.bytes.toString("utf8", 0, bytes.length)).toBe("a\ufffdb");
});
