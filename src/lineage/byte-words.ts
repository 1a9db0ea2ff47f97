/**
 * Finds the number of a short text by its UTF-8 bytes where they stand in a buffer, without making
 * a string of them: rows repeat some hundred names a million times.
 */
export class ByteWords {
  #slots = new Int32Array(64);
  readonly #words: { bytes: Uint8Array; hash: number; number: number }[] = [];

  /** The number of the text at `offset`, or -1 if it was never added. */
  find(buffer: Uint8Array, offset: number, length: number): number {
    const entry = this.#slots[this.#slot(buffer, offset, length, hashOf(buffer, offset, length))];
    return entry === 0 ? -1 : this.#words[entry - 1].number;
  }

  /** Adds a text under a number, unless it is there. */
  add(buffer: Uint8Array, offset: number, length: number, number: number): void {
    const hash = hashOf(buffer, offset, length);
    const slot = this.#slot(buffer, offset, length, hash);
    if (this.#slots[slot] !== 0) return;
    this.#words.push({ bytes: Uint8Array.prototype.slice.call(buffer, offset, offset + length), hash, number });
    this.#slots[slot] = this.#words.length;
    if (this.#words.length * 2 > this.#slots.length) this.#rehash();
  }

  /** The slot that holds the text, or the free one where it belongs. */
  #slot(buffer: Uint8Array, offset: number, length: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot];
      if (entry === 0) return slot;
      const word = this.#words[entry - 1];
      if (word.hash === hash && isAt(word.bytes, buffer, offset, length)) return slot;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    this.#words.forEach(({ hash }, at) => {
      let slot = hash & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = at + 1;
    });
  }
}

function hashOf(buffer: Uint8Array, offset: number, length: number): number {
  let hash = length;
  let at = offset;
  const end = offset + length;
  // Four bytes at a time, mixed well since nothing of a word is mixed on the way: a multiplication for each is what a long text costs.
  for (; at + 4 <= end; at += 4) {
    const word = buffer[at] | (buffer[at + 1] << 8) | (buffer[at + 2] << 16) | (buffer[at + 3] << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ buffer[at], 0x01000193);
  return hash ^ (hash >>> 15);
}

function isAt(word: Uint8Array, buffer: Uint8Array, offset: number, length: number): boolean {
  if (word.length !== length) return false;
  for (let at = 0; at < length; at++) if (word[at] !== buffer[offset + at]) return false;
  return true;
}
