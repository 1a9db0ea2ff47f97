import { hash } from "node:crypto";
import { grown, UuidTable } from "../lineage/uuid-table.ts";
import { isUuid } from "../trace/asked.ts";
import { better, type Known, STATES } from "./elsewhere.ts";
import { looseForm } from "./values.ts";

/**
 * The distinct ids of somebody's list. Each is kept as 16 bytes (a UUID as it is, another text by its SHA-256, of which two
 * texts in a list of a billion share the first 16 bytes once in 10^20 lists), with its first line: some 50 to 80 bytes an
 * id, so that a million of them take no more than a small part of a run's memory. The texts themselves are read again from the list.
 */
export class TheirKeys {
  readonly #ids = new UuidTable();
  #line = new Int32Array(1024);
  #times = new Int32Array(1024);
  #isMatched = new Uint8Array(1024);
  /** Where ids are known beside the window, a number of STATES plus one, and when; made when the first is noted. */
  #state: Uint8Array | undefined;
  #knownAt: Float64Array | undefined;
  /** Loose forms that differ from their id, and the id that has each first. */
  readonly #loose = new UuidTable();
  #ofLoose = new Int32Array(1024);
  #matched = 0;

  /** How many distinct ids there are. */
  get size(): number {
    return this.#ids.size;
  }

  /** How many of them were matched. */
  get matched(): number {
    return this.#matched;
  }

  /** Adds an id; false where it was added before. @param line from 1 */
  add(key: string, line: number): boolean {
    const { size } = this;
    const id = this.#ids.addText(fingerprint(key));
    if (id < size) {
      this.#times[id]++;
      return false;
    }
    if (id >= this.#line.length) {
      this.#line = grown(this.#line, id + 1);
      this.#times = grown(this.#times, id + 1);
      this.#isMatched = grown(this.#isMatched, id + 1);
    }
    this.#line[id] = line;
    this.#times[id] = 1;
    this.#addLoose(key, id);
    return true;
  }

  /** The first line that has an id, from 1; 0 for none. */
  lineOf(key: string): number {
    const id = this.#ids.find(fingerprint(key));
    return id < 0 ? 0 : this.#line[id];
  }

  /** How often an id stands in the list. */
  timesOf(key: string): number {
    const id = this.#ids.find(fingerprint(key));
    return id < 0 ? 0 : this.#times[id];
  }

  /** Notes where an id is known that was not matched; the most telling place stays. */
  note(key: string, known: Known): void {
    const id = this.#ids.find(fingerprint(key));
    if (id < 0 || this.#isMatched[id] !== 0) return;
    this.#state ??= new Uint8Array(this.size);
    this.#knownAt ??= new Float64Array(this.size);
    const { state, at } = better(this.knownAs(key), known);
    this.#state[id] = STATES.indexOf(state) + 1;
    this.#knownAt[id] = at;
  }

  /** What was noted of an id. */
  knownAs(key: string): Known | undefined {
    const id = this.#ids.find(fingerprint(key));
    const state = id < 0 ? undefined : STATES[(this.#state?.[id] ?? 0) - 1];
    return state && { state, at: this.#knownAt?.[id] ?? Number.NaN };
  }

  isMatched(key: string): boolean {
    const id = this.#ids.find(fingerprint(key));
    return id >= 0 && this.#isMatched[id] !== 0;
  }

  /** Notes that we have an id too. Returns its first line in their list, 0 where it is not there. */
  match(key: string): number {
    const id = this.#ids.find(fingerprint(key));
    if (id < 0) return 0;
    if (this.#isMatched[id] === 0) {
      this.#isMatched[id] = 1;
      this.#matched++;
    }
    return this.#line[id];
  }

  /** The line of an unmatched id that differs from this one only as `looseForm` forgives; 0 for none. */
  nearLine(key: string): number {
    const loose = fingerprint(looseForm(key));
    const exact = this.#ids.find(loose);
    if (exact >= 0 && this.#isMatched[exact] === 0) return this.#line[exact];
    const near = this.#loose.find(loose);
    if (near < 0) return 0;
    const id = this.#ofLoose[near];
    return this.#isMatched[id] === 0 ? this.#line[id] : 0;
  }

  #addLoose(key: string, id: number): void {
    const form = looseForm(key);
    if (form === key) return;
    const { size } = this.#loose;
    const loose = this.#loose.addText(fingerprint(form));
    if (loose < size) return;
    if (loose >= this.#ofLoose.length) this.#ofLoose = grown(this.#ofLoose, loose + 1);
    this.#ofLoose[loose] = id;
  }
}

/** A text as a UUID's text. */
function fingerprint(key: string): string {
  if (isUuid(key)) return key;
  const hex = hash("sha256", key, "hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
