import { countOf, type Finding, quoted, type Row } from "../row.ts";
import { Tally } from "./tally.ts";

/** Written by Excel where it took a long code for a number: digits are lost for good. */
const EXCEL_EXPONENT = /^[+-]?\d(?:[.,]\d+)?E\+\d{1,3}$/;
const ANY_EXPONENT = /^[+-]?\d(?:[.,]\d+)?[Ee][+-]?\d{1,3}$/;
/** Control characters but tab and line breaks, the replacement character, UTF-8 read as Windows-1252, invisible characters. */
const SUSPICIOUS = /[^\P{Cc}\t\n\r]|[\u00a0\u200b\u2060\ufeff\ufffd]|Ã[\u0080-\u00bf]|â€/u;

/** What single cells show: damage by spreadsheets and encodings, and characters that nobody sees. */
export class CellRules {
  readonly #columns: readonly string[];
  readonly #place: (place: number) => string;
  readonly #exponents = new Tally();
  readonly #perhapsExponents = new Tally();
  readonly #spaces = new Tally();
  readonly #invisible = new Tally();
  readonly #nul = new Tally();
  readonly #controls = new Tally();
  readonly #mojibake = new Tally();

  constructor(columns: readonly string[], place: (place: number) => string) {
    this.#columns = columns;
    this.#place = place;
  }

  see(row: Row, place: number): void {
    for (let index = 0; index < row.length; index++) {
      const value = row[index] ?? "";
      if (value === "") continue;
      const where = () => `${this.#place(place)} ${quoted(this.#columns[index] ?? "?")} ${quoted(value, 30)}`;
      const first = value.charCodeAt(0);
      if (isSpace(first) || isSpace(value.charCodeAt(value.length - 1))) this.#spaces.add(where);
      if (SUSPICIOUS.test(value)) this.#seeSuspicious(value, where);
      if (first <= 0x39 && value.length <= 26 && ANY_EXPONENT.test(value)) {
        (EXCEL_EXPONENT.test(value) ? this.#exponents : this.#perhapsExponents).add(where);
      }
    }
  }

  findings(): Finding[] {
    const cells = (count: number) => countOf(count, "cell");
    return [
      ...this.#nul.finding("nul", "error", (n) => `${cells(n)} hold a NUL character, which Postgres cannot store`),
      ...this.#exponents.finding(
        "scientific",
        "error",
        (n) => `${cells(n)} hold numbers in Excel's scientific notation, so digits of a code are lost`,
      ),
      ...this.#perhapsExponents.finding(
        "scientific",
        "warning",
        (n) => `${cells(n)} read like numbers in scientific notation`,
      ),
      ...this.#spaces.finding(
        "spaces",
        "warning",
        (n) => `${cells(n)} have spaces around them, which count in lookups`,
      ),
      ...this.#invisible.finding(
        "spaces",
        "warning",
        (n) => `${cells(n)} hold non-breaking spaces or invisible characters`,
      ),
      ...this.#controls.finding("control", "warning", (n) => `${cells(n)} hold control characters`),
      ...this.#mojibake.finding(
        "encoding",
        "warning",
        (n) => `${cells(n)} look as if the file had been read in a wrong encoding before`,
      ),
    ];
  }

  #seeSuspicious(value: string, where: () => string): void {
    if (value.includes("\0")) this.#nul.add(where);
    else if (/[^\P{Cc}\t\n\r]/u.test(value)) this.#controls.add(where);
    if (/[\u00a0\u200b\u2060\ufeff]/.test(value)) this.#invisible.add(where);
    if (/\ufffd|Ã[\u0080-\u00bf]|â€/.test(value)) this.#mojibake.add(where);
  }
}

/** Blank, tab, line break, non-breaking space. */
function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d || unit === 0xa0;
}
