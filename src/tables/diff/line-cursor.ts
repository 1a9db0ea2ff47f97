/** Steps through batches of lines one by one; only a new batch is waited for. */
export class LineCursor {
  readonly #batches: AsyncIterator<string[]>;
  #batch: readonly string[] = [];
  #at = 0;
  /** The line it stands on; undefined at the end, and before the first `fill`. */
  line: string | undefined;

  constructor(batches: AsyncIterable<string[]>) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  /** Moves on within the batch. False: call and await `fill` before looking at `line`. */
  next(): boolean {
    this.#at++;
    if (this.#at >= this.#batch.length) return false;
    this.line = this.#batch[this.#at];
    return true;
  }

  /** Takes the next batch that is not empty and stands on its first line. */
  async fill(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#batches.next();
      if (done === true) {
        this.line = undefined;
        return;
      }
      if (value.length === 0) continue;
      this.#batch = value;
      this.#at = 0;
      this.line = value[0];
      return;
    }
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
