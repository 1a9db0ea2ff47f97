import { FingerprintSet } from "../fingerprint.ts";
import { countOf, type Finding, quoted, type Row } from "../row.ts";
import { Tally } from "./tally.ts";

export interface KeyToCheck {
  columns: readonly string[];
  /** Given or configured: then a repeated key is an error; proposed from the active version: a warning. */
  certain: boolean;
}

/** What whole rows show: raggedness, blank and repeated rows, repeated and blank keys. */
export class RowRules {
  readonly #columns: readonly string[];
  readonly #key: KeyToCheck | undefined;
  readonly #keyIndices: readonly number[];
  readonly #allIndices: readonly number[];
  readonly #place: (place: number) => string;
  readonly #rows = new FingerprintSet();
  readonly #keys = new FingerprintSet();
  readonly #ragged = new Tally();
  readonly #blank = new Tally();
  readonly #repeatedRows = new Tally();
  readonly #repeatedKeys = new Tally();
  readonly #blankKeys = new Tally();

  constructor(columns: readonly string[], key: KeyToCheck | undefined, place: (place: number) => string) {
    this.#columns = columns;
    this.#key = key;
    this.#keyIndices = key?.columns.map((name) => columns.indexOf(name)) ?? [];
    this.#allIndices = columns.map((_, index) => index);
    this.#place = place;
  }

  see(row: Row, place: number): void {
    const where = () => this.#place(place);
    if (row.length !== this.#columns.length) {
      // Its cells may stand under wrong names, so nothing more can be said of it.
      this.#ragged.add(() => `${where()} has ${countOf(row.length, "cell")}`);
      return;
    }
    if (row.every((value) => value === "")) this.#blank.add(where);
    const sameRow = this.#rows.addCells(row, this.#allIndices, place);
    if (sameRow !== 0) this.#repeatedRows.add(() => `${where()} as ${this.#place(sameRow)}`);
    if (this.#keyIndices.length === 0) return;
    if (this.#keyIndices.every((index) => (row[index] ?? "").trim() === "")) {
      this.#blankKeys.add(where);
      return;
    }
    const sameKey = this.#keys.addCells(row, this.#keyIndices, place);
    if (sameKey !== 0 && sameRow === 0) {
      this.#repeatedKeys.add(() => `${where()} as ${this.#place(sameKey)} (${this.#keyText(row)})`);
    }
  }

  findings(): Finding[] {
    const certain = this.#key?.certain === true ? "error" : "warning";
    const name = this.#key?.columns.map((column) => quoted(column)).join(", ") ?? "";
    return [
      ...this.#ragged.finding(
        "ragged",
        "error",
        (n) => `${countOf(n, "row")} do not have ${countOf(this.#columns.length, "cell")} as the header has`,
      ),
      ...this.#blank.finding("blank-rows", "warning", (n) => `${countOf(n, "row")} without any value`),
      ...this.#repeatedRows.finding("duplicate-rows", "warning", (n) => `${countOf(n, "row")} stand twice`),
      ...this.#repeatedKeys.finding(
        "duplicate-keys",
        certain,
        (n) => `${countOf(n, "row")} repeat a key (${name}) with other values`,
      ),
      ...this.#blankKeys.finding("blank-keys", certain, (n) => `${countOf(n, "row")} have a blank key (${name})`),
    ];
  }

  #keyText(row: Row): string {
    return this.#keyIndices.map((index) => quoted(row[index] ?? "", 30)).join(", ");
  }
}
