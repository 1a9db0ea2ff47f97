const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/**
 * Counts the records of a CSV file piece by piece: a line break inside quotes ends no record. A
 * doubled quote inside quotes leaves and enters them again, so the state needs no look ahead.
 */
export class RecordCounter {
  #records = 0;
  #quoted = false;
  #open = false;

  add(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#quoted) {
        const quote = piece.indexOf(QUOTE, at);
        if (quote < 0) return;
        this.#quoted = false;
        at = quote + 1;
        continue;
      }
      const byte = piece[at++];
      if (byte === LINE_FEED) {
        this.#records++;
        this.#open = false;
      } else {
        this.#open = true;
        if (byte === QUOTE) this.#quoted = true;
      }
    }
  }

  /** Rows so far: the records without the header. A last record without its line break counts. */
  get rows(): number {
    return Math.max(0, this.#records + (this.#open ? 1 : 0) - 1);
  }

  /** Whether what was added ends where a record ends. */
  get atRowEnd(): boolean {
    return !this.#open && !this.#quoted;
  }
}
