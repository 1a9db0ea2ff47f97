import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Column, type CsvValue, createCsvFormatter } from "../../src/output/csv.ts";
import { csvStringifyOptions } from "../../src/output/csv-stringify-options.ts";
import { formatInstant } from "../../src/time/instant.ts";
import { unguarded } from "./unguarded.ts";

const row = (columns: readonly Column[], values: readonly CsvValue[]) => createCsvFormatter(columns).formatRow(values);
const one = (type: Column["type"], value: CsvValue, digits?: number) =>
  row([{ name: "x", type, ...(digits !== undefined && { digits }) }], [value]).slice(0, -1);

const unwell = fc.string({ unit: "binary", maxLength: 12 });
const ugly = fc.string({
  unit: fc.constantFrom(
    ",",
    '"',
    "\n",
    "\r",
    "=",
    "-",
    "'",
    " ",
    "\t",
    "\0",
    "\ud800",
    "\udc00",
    "é",
    "😀",
    "\ufeff",
    "a",
    "7",
  ),
  maxLength: 8,
});
const micros = fc.integer({ min: -62_135_596_800_000_000, max: 7_258_118_400_000_000 });
const nothing = fc.constantFrom(null, undefined);
const values: Record<Column["type"], fc.Arbitrary<CsvValue>> = {
  text: fc.oneof(unwell, ugly, fc.integer(), fc.boolean(), nothing),
  id: fc.oneof(fc.uuid(), fc.bigInt(), fc.bigInt().map(String), ugly, nothing),
  number: fc.oneof(fc.integer(), fc.double(), fc.bigInt(), fc.integer().map(String), ugly, nothing),
  decimal: fc.oneof(fc.double({ noNaN: true }), fc.double({ noNaN: true }).map(String), fc.integer(), nothing),
  instant: fc.oneof(micros, micros.map(formatInstant), fc.constantFrom(Infinity, -Infinity), ugly, nothing),
  boolean: fc.oneof(fc.boolean(), fc.constantFrom("t", "f", "true", "false", "=1"), nothing),
};
const column: fc.Arbitrary<Column> = fc.record({
  name: ugly,
  type: fc.constantFrom<Column["type"]>("text", "id", "number", "decimal", "instant", "boolean"),
  digits: fc.constantFrom(undefined, 0, 2, 3),
}) as fc.Arbitrary<Column>;
/** Columns, and rows of which many repeat a cell of the row before, as rows of one submission do. */
const table = fc.array(column, { minLength: 1, maxLength: 8 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    rows: fc
      .array(fc.tuple(fc.tuple(...columns.map(({ type }) => values[type])), fc.array(fc.boolean(), { maxLength: 8 })), {
        minLength: 1,
        maxLength: 8,
      })
      .map((drawn) => {
        const rows: CsvValue[][] = [];
        for (const [fresh, repeats] of drawn) {
          const last = rows.at(-1);
          rows.push(fresh.map((value, index) => (last && repeats[index] ? last[index] : value)));
        }
        return rows;
      }),
  }),
);

describe("cells by column type", () => {
  test("numbers, ids and instants are untouched, text is guarded", () => {
    expect(one("number", -5)).toBe("-5");
    expect(one("number", "-5.20")).toBe("-5.20");
    expect(one("number", "+1e-7")).toBe("+1e-7");
    expect(one("decimal", -0.125, 3)).toBe("-0.125");
    expect(one("decimal", 97.3, 2)).toBe("97.30");
    expect(one("decimal", -0, 2)).toBe("0.00");
    expect(one("id", "-12")).toBe("-12");
    expect(one("id", 9007199254740993n)).toBe("9007199254740993");
    expect(one("text", "-5")).toBe("'-5");
    expect(one("text", "=1+1")).toBe("'=1+1");
    expect(one("instant", 1_763_647_331_123_999)).toBe("2025-11-20T14:02:11.123Z");
    expect(one("instant", "2026-11-20 09:02:11.123456-05")).toBe("2026-11-20T14:02:11.123Z");
    expect(one("boolean", "t")).toBe("true");
    expect(one("boolean", false)).toBe("false");
  });

  test("a value that breaks its column's promise is text, so the guard is not lost", () => {
    for (const type of ["id", "number", "decimal", "instant", "boolean"] as const) {
      expect(one(type, "=cmd|'/c calc'!A0")).toBe("'=cmd|'/c calc'!A0");
      expect(one(type, "-2+3")).toBe("'-2+3");
    }
  });

  test("quotes where a cell needs them and nowhere else", () => {
    expect(one("text", "a,b")).toBe('"a,b"');
    expect(one("text", 'say "x"')).toBe('"say ""x"""');
    expect(one("text", "a\nb")).toBe('"a\nb"');
    expect(one("text", "a\rb")).toBe('"a\rb"');
    expect(one("text", "a;b 'c'")).toBe("a;b 'c'");
    expect(one("text", "")).toBe("");
    expect(one("text", null)).toBe("");
  });

  test("a row has every column, and a cell that repeats after an empty one comes back", () => {
    const formatter = createCsvFormatter([
      { name: "a", type: "text" },
      { name: "b,c", type: "text" },
      { name: "d", type: "number" },
    ]);
    expect(formatter.header).toBe('a,"b,c",d\n');
    expect(formatter.formatRow(["x", "y", 1])).toBe("x,y,1\n");
    expect(formatter.formatRow(["x", null, 1])).toBe("x,,1\n");
    expect(formatter.formatRow(["x", "y", 0])).toBe("x,y,0\n");
    expect(formatter.formatRow(["x"])).toBe("x,,\n");
  });

  test("what cannot stand in a file of text becomes U+FFFD", () => {
    expect(one("text", "a\0b")).toBe("a\uFFFDb");
    expect(Buffer.from(one("text", "a\ud800b")).toString("utf8")).toBe("a\uFFFDb");
  });
});

test("instants are printed as formatInstant does", () => {
  const formatter = createCsvFormatter([{ name: "at", type: "instant" }]);
  fc.assert(
    fc.property(micros, (at) => {
      expect(formatter.formatRow([at])).toBe(`${formatInstant(at)}\n`);
    }),
  );
});

test("csv-stringify with our options prints the same bytes", () => {
  fc.assert(
    fc.property(table, ({ columns, rows }) => {
      const formatter = createCsvFormatter(columns);
      const ours = formatter.header + rows.map((values) => formatter.formatRow(values)).join("");
      const theirs = stringify(rows, csvStringifyOptions(columns));
      expect(Buffer.from(ours)).toEqual(Buffer.from(theirs));
    }),
    { numRuns: 600 },
  );
});

test("csv-stringify prints what the driver may hand over beyond plain values", () => {
  const columns: Column[] = [
    { name: "at", type: "instant" },
    { name: "detail", type: "text" },
  ];
  const printed = stringify([[new Date("2026-11-20T14:02:11.123Z"), { a: "=1" }]], csvStringifyOptions(columns));
  expect(printed).toBe('at,detail\n2026-11-20T14:02:11.123Z,"{""a"":""=1""}"\n');
});

test("a parser of somebody else reads back the texts that were written", () => {
  const well = (text: string) => Buffer.from(text.replaceAll("\0", "\uFFFD")).toString("utf8");
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.oneof(unwell, ugly), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 }),
      (rows) => {
        const formatter = createCsvFormatter(["a", "b", "c"].map((name) => ({ name, type: "text" as const })));
        const file = Buffer.from(formatter.header + rows.map((values) => formatter.formatRow(values)).join(""));
        const read = parse(file, { record_delimiter: "\n" }) as string[][];
        expect(read[0]).toEqual(["a", "b", "c"]);
        expect(read.slice(1).map((values) => values.map(unguarded))).toEqual(rows.map((values) => values.map(well)));
      },
    ),
    { numRuns: 600 },
  );
});
