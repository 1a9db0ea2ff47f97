/**
 * A set of 64-bit fingerprints of strings in typed arrays: a million keys need 24 MB, where a Set of
 * strings needs hundreds. Two different strings share a fingerprint with a chance of one in 2^64 a
 * pair, so one in thirty million for a whole table of a million rows.
 */
export class FingerprintSet {
  #low: Uint32Array;
  #high: Uint32Array;
  #values: Uint32Array;
  #used = 0;

  constructor(capacity = 1024) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, capacity * 2)));
    this.#low = new Uint32Array(size);
    this.#high = new Uint32Array(size);
    this.#values = new Uint32Array(size);
  }

  /**
   * Notes some cells of a row, which stand for what `joinCells` makes of them, with `value` (from 1) unless they are there already: then
   * the value noted first, else 0.
   */
  addCells(row: readonly string[], indices: readonly number[], value = 1): number {
    return this.#note(cellsFingerprint(row, indices), value);
  }

  #note([low, high]: readonly [number, number], value: number): number {
    const slot = this.#find(low, high);
    const known = this.#values[slot] ?? 0;
    if (known !== 0) return known;
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#values[slot] = value;
    this.#used++;
    if (this.#used * 2 > this.#low.length) this.#grow();
    return 0;
  }

  #find(low: number, high: number): number {
    const mask = this.#low.length - 1;
    let slot = low & mask;
    while (this.#values[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [low, high, values] = [this.#low, this.#high, this.#values];
    this.#low = new Uint32Array(low.length * 2);
    this.#high = new Uint32Array(low.length * 2);
    this.#values = new Uint32Array(low.length * 2);
    for (let old = 0; old < low.length; old++) {
      const value = values[old] ?? 0;
      if (value === 0) continue;
      const slot = this.#find(low[old] ?? 0, high[old] ?? 0);
      this.#low[slot] = low[old] ?? 0;
      this.#high[slot] = high[old] ?? 0;
      this.#values[slot] = value;
    }
  }
}

const fingerprintWords: [number, number] = [0, 0];

const STARTS = [0xdeadbeef, 0x41c6ce57] as const;
const FACTORS = [0x9e3779b1, 0x5f356495] as const;

/**
 * Two independent multiplicative hashes over the UTF-16 units, mixed at the end (cyrb53, all 64 bits kept): of the cells one after the
 * other with a NUL between them, without making one text of them.
 */
function cellsFingerprint(row: readonly string[], indices: readonly number[]): readonly [number, number] {
  let [first, second]: readonly [number, number] = STARTS;
  for (let at = 0; at < indices.length; at++) {
    if (at > 0) {
      first = Math.imul(first, FACTORS[0]);
      second = Math.imul(second, FACTORS[1]);
    }
    const text = row[indices[at] ?? 0] ?? "";
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      first = Math.imul(first ^ unit, FACTORS[0]);
      second = Math.imul(second ^ unit, FACTORS[1]);
    }
  }
  return mixed(first, second);
}

function mixed(left: number, right: number): readonly [number, number] {
  const first = Math.imul(left ^ (left >>> 16), 0x85ebca6b) ^ Math.imul(right ^ (right >>> 13), 0xc2b2ae35);
  const second = Math.imul(right ^ (right >>> 16), 0x85ebca6b) ^ Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  fingerprintWords[0] = first >>> 0;
  fingerprintWords[1] = second >>> 0;
  return fingerprintWords;
}

const SEPARATOR = "\u0000";

/** One string for some cells of a row; NUL cannot be in a cell, so different cells give different strings. */
export function joinCells(row: readonly string[], indices: readonly number[]): string {
  let text = row[indices[0] ?? 0] ?? "";
  for (let at = 1; at < indices.length; at++) text += SEPARATOR + (row[indices[at] ?? 0] ?? "");
  return text;
}
