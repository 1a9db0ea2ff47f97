import { countOf, type Finding, quoted, type Row, type TableSource } from "../row.ts";
import { Tally } from "./tally.ts";

/** So many values with leading zeros are remembered of each column of the active version. */
const REMEMBERED = 50_000;
const FEWEST_CODES = 20;

/**
 * Codes whose leading zeros a spreadsheet has eaten. Against the active version: a number in the file
 * that stands there with zeros before it, and not as it is. Without one: a column of codes of one
 * length, some of which are shorter and none of which begins with a zero.
 */
export class LeadingZeros {
  readonly #columns: readonly string[];
  readonly #place: (place: number) => string;
  /** By column: the code without its zeros, and the code as the active version has it. */
  readonly #known: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly #lost = new Map<string, Tally>();
  readonly #withZero = new Set<string>();
  readonly #lengths: { codes: number; other: number; byLength: Map<number, number>; least: number; most: number }[];

  constructor(
    columns: readonly string[],
    known: ReadonlyMap<string, ReadonlyMap<string, string>>,
    place: (place: number) => string,
  ) {
    this.#columns = columns;
    this.#known = known;
    this.#place = place;
    this.#lengths = columns.map(() => ({
      codes: 0,
      other: 0,
      byLength: new Map(),
      least: Number.POSITIVE_INFINITY,
      most: 0,
    }));
  }

  see(row: Row, place: number): void {
    for (let index = 0; index < this.#columns.length; index++) {
      const value = row[index] ?? "";
      const lengths = this.#lengths[index];
      if (value === "" || lengths === undefined) continue;
      if (!/^\d+$/.test(value)) {
        lengths.other++;
        continue;
      }
      lengths.codes++;
      lengths.least = Math.min(lengths.least, Number(value));
      lengths.most = Math.max(lengths.most, Number(value));
      lengths.byLength.set(value.length, (lengths.byLength.get(value.length) ?? 0) + 1);
      const name = this.#columns[index] ?? "";
      if (value.startsWith("0") && value.length > 1) {
        this.#withZero.add(name);
        continue;
      }
      const before = this.#known.get(name)?.get(value);
      if (before === undefined) continue;
      const tally = this.#lost.get(name) ?? new Tally();
      this.#lost.set(name, tally);
      tally.add(() => `${this.#place(place)} ${quoted(value)} was ${quoted(before)}`);
    }
  }

  findings(): Finding[] {
    const findings = [...this.#lost].flatMap(([name, tally]) =>
      tally.finding(
        "leading-zeros",
        // Where some codes kept their zeros, the others may be meant so.
        this.#withZero.has(name) ? "warning" : "error",
        (n) => `column ${quoted(name)}: ${countOf(n, "code")} lost leading zeros`,
      ),
    );
    this.#columns.forEach((name, index) => {
      const lengths = this.#lengths[index];
      if (lengths === undefined || this.#known.has(name) || this.#withZero.has(name)) return;
      if (lengths.other > 0 || lengths.codes < FEWEST_CODES) return;
      const [usual = 0, count = 0] = [...lengths.byLength].reduce((a, b) => (b[1] > a[1] ? b : a));
      const shorter = [...lengths.byLength].reduce((sum, [length, n]) => sum + (length < usual ? n : 0), 0);
      const longer = lengths.codes - count - shorter;
      // A column that counts (1, 2, 3, …) has shorter numbers by its nature.
      if (lengths.codes > (lengths.most - lengths.least) / 2) return;
      if (shorter === 0 || longer > 0 || count < lengths.codes * 0.8) return;
      const message = `column ${quoted(name)}: ${countOf(shorter, "code")} have fewer than ${usual} digits; were leading zeros lost?`;
      findings.push({ rule: "leading-zeros", level: "warning", message });
    });
    return findings;
  }
}

/** The codes with leading zeros of a version, by column and by the code without them. */
export async function codesWithZeros(source: TableSource): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const found = source.columns.map(() => new Map<string, string>());
  const plain = source.columns.map(() => new Set<string>());
  for await (const batch of source.rows()) {
    for (const row of batch.rows) {
      row.forEach((value, index) => {
        const zeros = found[index];
        if (zeros === undefined || !/^\d+$/.test(value) || value === "0") return;
        if (!value.startsWith("0")) {
          if ((plain[index]?.size ?? 0) < REMEMBERED) plain[index]?.add(value);
        } else if (zeros.size < REMEMBERED) zeros.set(value.replace(/^0+(?=\d)/, ""), value);
      });
    }
  }
  return new Map(
    source.columns.flatMap((name, index) => {
      const codes = [...(found[index] ?? [])].filter(([stripped]) => plain[index]?.has(stripped) !== true);
      return codes.length === 0 ? [] : [[name, new Map(codes)] as const];
    }),
  );
}
