/**
 * An exact count of distinct numbers in little memory: eight bytes for each, where a Set takes
 * about forty. Numbers are appended and, when the room is used up, sorted and made unique; the
 * room doubles only if more than half of it is still needed. Most groups have one number only,
 * and need no array.
 */
export class DistinctNumbers {
  #only = 0;
  #values = NO_VALUES;
  #length = 0;
  /** How many of the first are sorted and distinct already. */
  #sorted = 0;

  add(value: number): void {
    // Rows of one item come together.
    if (this.#length > 0 && this.#last === value) return;
    if (this.#length === 0) {
      this.#only = value;
      this.#length = 1;
      return;
    }
    if (this.#values === NO_VALUES) {
      this.#values = new Float64Array(4);
      this.#values[0] = this.#only;
    }
    if (this.#length === this.#values.length) this.#makeRoom();
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  get size(): number {
    if (this.#length > 1) this.#compact();
    return this.#length;
  }

  get #last(): number | undefined {
    return this.#length === 1 ? this.#only : this.#values[this.#length - 1];
  }

  #makeRoom(): void {
    this.#compact();
    if (this.#length <= this.#values.length / 2) return;
    const larger = new Float64Array(this.#values.length * 2);
    larger.set(this.#values.subarray(0, this.#length));
    this.#values = larger;
  }

  #compact(): void {
    if (this.#sorted === this.#length) return;
    const values = this.#values.subarray(0, this.#length).sort();
    let kept = 0;
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] ?? 0;
      if (kept === 0 || values[kept - 1] !== value) {
        values[kept] = value;
        kept += 1;
      }
    }
    this.#length = kept;
    this.#sorted = kept;
  }
}

const NO_VALUES = new Float64Array(0);

/** Numbers for texts, in the order of their first coming. */
export class Dictionary {
  readonly #numbers = new Map<string | number, number>();

  of(value: string | number): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }
}
