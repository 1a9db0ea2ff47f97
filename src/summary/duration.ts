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

  /** The value at a share (0 to 1) by nearest rank, in seconds with three decimals; null when empty. */
  seconds(share: number): number | null {
    if (this.#length === 0) return null;
    this.#sort();
    const rank = Math.max(1, Math.ceil(share * this.#length));
    return this.#millis[rank - 1] / 1000;
  }

  /** How many durations lie at or below each limit (milliseconds, ascending) and above the one before; last, how many above all. */
  histogram(limits: readonly number[]): number[] {
    this.#sort();
    let below = 0;
    const counts = limits.map((limit) => {
      const end = this.#firstAbove(limit, below);
      const count = end - below;
      below = end;
      return count;
    });
    return [...counts, this.#length - below];
  }

  addAll(other: Durations): void {
    for (let at = 0; at < other.#length; at++) this.add(other.#millis[at]);
  }

  #sort(): void {
    if (!this.#sorted) this.#millis.subarray(0, this.#length).sort();
    this.#sorted = true;
  }

  /** The place of the first duration above a limit, from a place on. */
  #firstAbove(limit: number, from: number): number {
    let low = from;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#millis[middle] <= limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
