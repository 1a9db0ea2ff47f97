/** Up to here a loop is faster than the call of a copying function. */
const SHORT = 64;

/**
 * Short texts that seldom repeat (tracking ids), end to end in one byte array: their own length and
 * four bytes each, where a JavaScript string takes some fifty. Position 0 is "none".
 */
export class TextPool {
  #bytes = Buffer.allocUnsafeSlow(4096);
  #length = 1;

  /** Keeps UTF-8 bytes and returns their position; 0 for null (`length` -1) and for the empty text. */
  add(buffer: Buffer, offset: number, length: number): number {
    if (length <= 0) return 0;
    const at = this.#length;
    const end = at + 4 + length;
    if (end > this.#bytes.length) this.#grow(end);
    const bytes = this.#bytes;
    bytes[at] = length;
    bytes[at + 1] = length >>> 8;
    bytes[at + 2] = length >>> 16;
    bytes[at + 3] = length >>> 24;
    if (length <= SHORT) for (let byte = 0; byte < length; byte++) bytes[at + 4 + byte] = buffer[offset + byte];
    else buffer.copy(bytes, at + 4, offset, offset + length);
    this.#length = end;
    return at;
  }

  /** The text at a position that `add` returned; "" for 0. */
  text(at: number): string {
    if (at === 0) return "";
    return this.#bytes.toString("utf8", at + 4, at + 4 + this.length(at));
  }

  /** How many bytes the text at a position has; 0 for 0. */
  length(at: number): number {
    if (at === 0) return 0;
    const bytes = this.#bytes;
    return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  }

  /** Orders the texts at two positions, byte by byte: negative, zero or positive. */
  compare(left: number, right: number): number {
    const bytes = this.#bytes;
    const [from, other] = [this.offset(left), this.offset(right)];
    return bytes.compare(bytes, other, other + this.length(right), from, from + this.length(left));
  }

  /** Where the text at a position begins in `bytes`. */
  offset(at: number): number {
    return at + 4;
  }

  /** What the texts stand in, until the next is added. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  #grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(length, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
