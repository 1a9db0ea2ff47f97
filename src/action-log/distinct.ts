/**
 * An exact count of distinct numbers in little memory: eight bytes for each, where a Set takes
 * about forty. Numbers are appended and, when the room is used up, sorted and made unique; the
 * room doubles only if more than half of it is still needed.
 */
export class DistinctNumbers {
  #values = new Float64Array(4);
  #length = 0;
  /** How many of the first are sorted and distinct already. */
  #sorted = 0;

  add(value: number): void {
    // Rows of one item come together.
    if (this.#length > 0 && this.#values[this.#length - 1] === value) return;
    if (this.#length === this.#values.length) this.#makeRoom();
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  get size(): number {
    this.#compact();
    return this.#length;
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
