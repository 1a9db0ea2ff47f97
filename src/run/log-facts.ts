import type { Detail } from "../action-log/detail.ts";
import type { LogFacts } from "../outcome/facts.ts";

const NO_ELEMENTS: ReadonlyMap<string, string> = new Map();

/** An error about a whole file stands for each of its items. */
const WHOLE_FILE = -1;

/** Collects, while the action log goes by, what outcomes need to know of it. */
export class CollectedLogFacts implements LogFacts {
  readonly #filters = new Map<number, string>();
  /** The types by element, by report; most reports have one element, and a Map each would be felt. */
  readonly #elements = new Map<number, readonly [string, string] | Map<string, string>>();
  readonly #errors = new Map<number, Map<number, string>>();
  readonly #translations = new Map<number, string>();

  /** A filter's result on a report. */
  filter(report: number, detail: Detail): void {
    const type = detail.filterType === "" ? "a filter without a type" : detail.filterType;
    this.#filters.set(report, joined(this.#filters.get(report), type));
    if (detail.filteredTrackingElement === "") return;
    const element = detail.filteredTrackingElement;
    const known = this.#elements.get(report);
    if (!known) {
      this.#elements.set(report, [element, type]);
      return;
    }
    const elements = known instanceof Map ? known : new Map([known]);
    elements.set(element, joined(elements.get(element), type));
    this.#elements.set(report, elements);
  }

  /** An error on a submission's item; `index` as stored, null for the whole file. The first one counts. */
  error(root: number, index: number | null, errorCode: string): void {
    let errors = this.#errors.get(root);
    if (!errors) {
      errors = new Map();
      this.#errors.set(root, errors);
    }
    const key = index ?? WHOLE_FILE;
    if (!errors.has(key)) errors.set(key, errorCode);
  }

  /** A translation that failed: a legacy receiver gets nothing, and only an `info` entry says so. */
  failedTranslation(report: number, receiver: string): void {
    this.#translations.set(report, joined(this.#translations.get(report), receiver));
  }

  filtersOf(report: number): string {
    return this.#filters.get(report) ?? "";
  }

  filteredElements(report: number): ReadonlyMap<string, string> {
    const known = this.#elements.get(report);
    if (!known) return NO_ELEMENTS;
    return known instanceof Map ? known : new Map([known]);
  }

  errorOf(root: number, index: number): string {
    const errors = this.#errors.get(root);
    return errors?.get(index) ?? errors?.get(WHOLE_FILE) ?? "";
  }

  failedTranslations(report: number): string {
    return this.#translations.get(report) ?? "";
  }
}

/** Adds a word to a sorted list in a text, once. */
function joined(list: string | undefined, word: string): string {
  if (list === undefined || list === word) return word;
  const words = list.split(", ");
  return words.includes(word) ? list : [...words, word].sort().join(", ");
}
