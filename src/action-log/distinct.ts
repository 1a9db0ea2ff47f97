/** Up to so many are looked through one by one. */
const FEW = 16;

/**
 * An exact count of distinct numbers in little memory: eight bytes for each, where a Set takes about forty. Most groups have
 * one number only, and need no array; many have a few, for which a typed array's own 250 bytes would be most of the memory.
 * More are appended and, when the room is used up, sorted and made unique; the room doubles only if more than half of it is
 * still needed.
 */
export class DistinctNumbers {
  #only = 0;
  /** The first FEW, distinct; room for more is filled with zeros. */
  #few = NONE;
  #values = NO_VALUES;
  #length = 0;
  /** How many of `#values` are sorted and distinct already. */
  #sorted = 0;

  add(value: number): void {
    if (this.#values !== NO_VALUES) this.#append(value);
    else if (this.#length === 0) {
      this.#only = value;
      this.#length = 1;
    } else if (this.#length > 1) this.#addToFew(value);
    else if (value !== this.#only) {
      this.#few = [this.#only, value, 0, 0];
      this.#length = 2;
    }
  }

  get size(): number {
    if (this.#values !== NO_VALUES) this.#compact();
    return this.#length;
  }

  #addToFew(value: number): void {
    const few = this.#few;
    // Rows of one item come together.
    for (let at = this.#length - 1; at >= 0; at--) if (few[at] === value) return;
    if (this.#length === FEW) {
      this.#values = new Float64Array(4 * FEW);
      this.#values.set(few);
      this.#few = NONE;
      this.#append(value);
      return;
    }
    // Written out, since an array that grows by itself takes room for seventeen more.
    if (this.#length === few.length) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = few;
      this.#few = few.length === 4 ? [a, b, c, d, 0, 0, 0, 0] : [a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0];
    }
    this.#few[this.#length] = value;
    this.#length += 1;
  }

  #append(value: number): void {
    if (this.#values[this.#length - 1] === value) return;
    if (this.#length === this.#values.length) this.#makeRoom();
    this.#values[this.#length] = value;
    this.#length += 1;
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

const NONE: number[] = [];
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

  /** The number of a text that came before, or undefined. */
  find(value: string | number): number | undefined {
    return this.#numbers.get(value);
  }
}
