import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PlainRecords } from "../../../src/tables/file/plain-records.ts";

const OPTIONS = { relax_column_count: true, record_delimiter: ["\r\n", "\n", "\r"] };
const parsed = (text: string, delimiter: string): string[][] => parse(text, { ...OPTIONS, delimiter });

/** The records of a text that arrives in pieces; a parser gets what is handed over. */
function records(pieces: readonly string[], delimiter: string): string[][] {
  const plain = new PlainRecords(delimiter);
  const rows: string[][] = [];
  let rest = "";
  for (const piece of pieces) {
    const taken = plain.take(piece);
    if (taken.rows) {
      expect(rest).toBe("");
      rows.push(...taken.rows);
    } else {
      expect(taken.isFirst).toBe(rest === "");
      rest += taken.text;
    }
  }
  return [...rows, ...parsed(rest + plain.end(), delimiter)];
}

const cut = (text: string, places: readonly number[]): string[] => {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => text.slice(from, at[index] ?? text.length));
};

test("any text, cut anywhere, has the records that a parser finds in the whole", () => {
  const unit = fc.constantFrom("a", "ü", " ", ",", ";", "\n", "\r", "\r\n", "\t", "😀");
  const quoted = fc.constantFrom('"x"', '"a,""b"""', '"line\r\nbreak"', '""');
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 12, arbitrary: unit }, { weight: 1, arbitrary: quoted }), { maxLength: 60 }),
      fc.array(fc.nat(200), { maxLength: 5 }),
      fc.constantFrom(",", ";", "\t"),
      (units, places, delimiter) => {
        // Quotes stand at the start of a cell and close before its end, so that the text is valid.
        const text = units.map((one) => (one.startsWith('"') ? `\n${one}\n` : one)).join("");
        expect(records(cut(text, places), delimiter)).toEqual(parsed(text, delimiter));
      },
    ),
    { numRuns: 2000 },
  );
});

test("a line that never ends is not looked through again with every piece", () => {
  const piece = "x".repeat(700_000);
  expect(records(["a,b\n", piece, piece, piece, "\n1,2\n"], ",")).toEqual([["a", "b"], [piece.repeat(3)], ["1", "2"]]);
  const plain = new PlainRecords(",");
  plain.take(piece);
  plain.take(piece);
  expect(plain.take(piece)).toMatchObject({ isFirst: true });
});
