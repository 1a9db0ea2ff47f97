const FIRST_BYTES = 256 * 1024;
const FIRST_LINES = 4_096;

/**
 * Lines as UTF-8 in one buffer outside the heap: rows that wait to be sorted would otherwise grow old there as
 * garbage, which costs far more memory than the rows themselves.
 */
export class LineStore {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #ends = new Uint32Array(FIRST_LINES);
  #used = 0;
  #lines = 0;

  /** Bytes of all lines. */
  get size(): number {
    return this.#used;
  }

  add(line: string): void {
    // No UTF-16 unit takes more than three bytes.
    if (this.#used + line.length * 3 > this.#bytes.length) this.#growBytes(line.length * 3);
    if (this.#lines === this.#ends.length) {
      const ends = new Uint32Array(this.#ends.length * 2);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#used += this.#bytes.write(line, this.#used, "utf8");
    this.#ends[this.#lines++] = this.#used;
  }

  /** The lines in the order of their bytes, in batches: each line a view of the buffer, good until the next `add` or `clear`. */
  *sorted(linesAtOnce: number): Generator<Buffer[]> {
    const bytes = this.#bytes;
    const ends = this.#ends;
    const start = (line: number): number => (line === 0 ? 0 : (ends[line - 1] ?? 0));
    const end = (line: number): number => ends[line] ?? 0;
    const order = Uint32Array.from({ length: this.#lines }, (_, index) => index);
    order.sort((a, b) => bytes.compare(bytes, start(b), end(b), start(a), end(a)));
    for (let at = 0; at < order.length; at += linesAtOnce) {
      yield Array.from(order.subarray(at, at + linesAtOnce), (line) => bytes.subarray(start(line), end(line)));
    }
  }

  /** Forgets the lines and keeps the room. */
  clear(): void {
    this.#used = 0;
    this.#lines = 0;
  }

  #growBytes(more: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#used + more));
    this.#bytes.copy(bytes, 0, 0, this.#used);
    this.#bytes = bytes;
  }
}
