import { ByteWords } from "../lineage/byte-words.ts";

/**
 * Remembers what was made of recent texts, in bounded memory: two generations of at most half the limits
 * each; what is asked for again moves to the young one, and the old one is forgotten whole. Logs repeat
 * themselves: of 57,000 warnings of a generated day 689 differ.
 */
export class Recent<Value> {
  readonly #entries: number;
  readonly #characters: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #used = 0;

  /** @param limits texts, and characters of all of them together */
  constructor(limits: { entries: number; characters: number } = { entries: 4_000, characters: 2_000_000 }) {
    this.#entries = limits.entries / 2;
    this.#characters = limits.characters / 2;
  }

  /** What `make` made of the text, now or before. It must depend on the text alone. */
  of(text: string, make: (text: string) => Value): Value {
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const value = this.#old.get(text) ?? make(text);
    this.#keep(text, value);
    return value;
  }

  #keep(text: string, value: Value): void {
    if (this.#young.size >= this.#entries || this.#used + text.length > this.#characters) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#used = 0;
    }
    if (text.length > this.#characters) return;
    this.#young.set(text, value);
    this.#used += text.length;
  }
}

/** The same for texts as bytes where they stand in a buffer, without making a string of one that is known. */
export class RecentBytes<Value> {
  readonly #entries: number;
  readonly #bytes: number;
  #young = new ByteWords();
  #youngValues: Value[] = [];
  #old = new ByteWords();
  #oldValues: Value[] = [];
  #used = 0;

  /** @param limits texts, and bytes of all of them together */
  constructor(limits: { entries: number; bytes: number } = { entries: 4_000, bytes: 2_000_000 }) {
    this.#entries = limits.entries / 2;
    this.#bytes = limits.bytes / 2;
  }

  /** What was kept for the bytes; undefined for nothing, or nothing any more. */
  find(buffer: Uint8Array, offset: number, length: number): Value | undefined {
    if (length > this.#bytes) return undefined;
    const young = this.#young.find(buffer, offset, length);
    if (young >= 0) return this.#youngValues[young];
    const old = this.#old.find(buffer, offset, length);
    if (old < 0) return undefined;
    const value = this.#oldValues[old] as Value;
    this.keep(buffer, offset, length, value);
    return value;
  }

  /** Keeps a value for bytes that have none. */
  keep(buffer: Uint8Array, offset: number, length: number, value: Value): void {
    if (this.#youngValues.length >= this.#entries || this.#used + length > this.#bytes) {
      this.#old = this.#young;
      this.#oldValues = this.#youngValues;
      this.#young = new ByteWords();
      this.#youngValues = [];
      this.#used = 0;
    }
    if (length > this.#bytes) return;
    this.#young.add(buffer, offset, length, this.#youngValues.length);
    this.#youngValues.push(value);
    this.#used += length;
  }
}
