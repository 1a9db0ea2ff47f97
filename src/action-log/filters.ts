import type { Micros } from "../time/instant.ts";
import type { Detail } from "./detail.ts";
import { Dictionary } from "./distinct.ts";
import { MARK } from "./markers.ts";
import { isConditionCode } from "./templates.ts";

/**
 * What makes two rows of type `filter` one result: report, tracking element, type and name.
 * ReportStream's translator can add each result twice (Translator.kt: the receiver's schema equals
 * the sender's and nothing is de-identified). Postgres texts hold no NUL, so it separates.
 */
export function filterResultKey(reportId: string | null, detail: Detail): string {
  return `${reportId ?? ""}\0${detail.filteredTrackingElement}\0${detail.filterType}\0${detail.filterName}`;
}

/** Tells the first row of a filter result from its doubles. */
export class FilterResults {
  readonly #seen = new Set<string>();
  /** Filter names are long FHIRPath expressions and few: a number stands for each. */
  readonly #names = new Dictionary();
  #doubles = 0;

  /**
   * True for the first row of a result, false for a double.
   *
   * @param report whatever stands for the report, and for it alone
   */
  isFirst(report: number | string | null, detail: Detail): boolean {
    const name = this.#names.of(`${detail.filterType}\0${detail.filterName}`);
    const key = `${report ?? ""}\0${detail.filteredTrackingElement}\0${name}`;
    if (this.#seen.has(key)) {
      this.#doubles += 1;
      return false;
    }
    this.#seen.add(key);
    return true;
  }

  /** How many rows were doubles. */
  get doubles(): number {
    return this.#doubles;
  }
}

const MAPPING = "Missing mapping for code(s): ";
const NO_CODE = "Observation missing code";

/**
 * The codes without a condition in the observation-mapping table that a warning names, each once,
 * sorted. An observation without any code counts as the empty code; other details have none. What
 * stands there but is no code (a name, a phone) comes as `‹value›`.
 */
export function unmappedCodes(detail: Detail): string[] {
  if (detail.message.startsWith(NO_CODE)) return [""];
  if (!detail.message.startsWith(MAPPING)) return [];
  const codes = detail.message.slice(MAPPING.length).split(",");
  const shown = codes.map((code) => code.trim()).filter((code) => code !== "");
  return [...new Set(shown.map((code) => (isConditionCode(code) ? code : MARK.value)))].sort();
}

/** One code that a sender sent and the mapping table does not know. */
export type UnmappedCode = {
  /** Empty for observations without a code. */
  readonly code: string;
  readonly sender: string;
  readonly count: number;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
};

type Count = { code: string; sender: string; count: number; firstSeen: Micros; lastSeen: Micros };

/** Folds warnings to a row for each code and sender, ready for the steward of the mapping table. */
export class UnmappedCodes {
  readonly #counts = new Map<string, Count>();
  readonly #max: number;

  /** @param max pairs of code and sender; what is beyond is counted under the code `‹value›`. */
  constructor(max = 50_000) {
    this.#max = max;
  }

  add(detail: Detail, sender: string, at: Micros): void {
    for (const code of unmappedCodes(detail)) this.count(code, sender, at);
  }

  /** Most frequent first, then by code and sender. */
  result(): UnmappedCode[] {
    return [...this.#counts.values()]
      .map((count) => ({ ...count }))
      .sort((a, b) => b.count - a.count || compare(a.code, b.code) || compare(a.sender, b.sender));
  }

  /** Counts one of a row's `unmappedCodes`. */
  count(code: string, sender: string, at: Micros): void {
    const key = `${code}\0${sender}`;
    const known = this.#counts.get(key);
    if (known !== undefined) {
      known.count += 1;
      if (at < known.firstSeen) known.firstSeen = at;
      if (at > known.lastSeen) known.lastSeen = at;
    } else if (this.#counts.size < this.#max || code === MARK.value) {
      this.#counts.set(key, { code, sender, count: 1, firstSeen: at, lastSeen: at });
    } else {
      this.count(MARK.value, sender, at);
    }
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
