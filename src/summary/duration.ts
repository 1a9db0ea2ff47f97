/** Collects durations in whole milliseconds: 8 bytes each, so that a day's deliveries may stay in memory. */
export class Durations {
  #millis = new Float64Array(16);
  #length = 0;
  #sorted = true;

  add(millis: number): void {
    if (this.#length === this.#millis.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#millis);
      this.#millis = larger;
    }
    this.#millis[this.#length++] = millis;
    this.#sorted = false;
  }

  get count(): number {
    return this.#length;
  }

  /** The value at a share (0 to 1) by nearest rank, in seconds with three decimals; null when empty. */
  seconds(share: number): number | null {
    if (this.#length === 0) return null;
    if (!this.#sorted) this.#millis.subarray(0, this.#length).sort();
    this.#sorted = true;
    const rank = Math.max(1, Math.ceil(share * this.#length));
    return this.#millis[rank - 1] / 1000;
  }

  /** How many durations lie at or below each limit (milliseconds, ascending), and above the last. */
  histogram(limits: readonly number[]): number[] {
    const counts = new Array<number>(limits.length + 1).fill(0);
    for (let at = 0; at < this.#length; at++) {
      const bin = limits.findIndex((limit) => this.#millis[at] <= limit);
      counts[bin < 0 ? limits.length : bin]++;
    }
    return counts;
  }

  addAll(other: Durations): void {
    for (let at = 0; at < other.#length; at++) this.add(other.#millis[at]);
  }
}
