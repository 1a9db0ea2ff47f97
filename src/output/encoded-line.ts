/**
 * A line of a CSV file in UTF-8, so that a row that goes to several files is encoded once: the whole of it, and what stands before and
 * behind one cell, for the files that must not have that cell. The bytes are good until the next line.
 */
export class EncodedLine {
  #bytes = Buffer.allocUnsafeSlow(4096);
  #length = 0;
  #headLength = 0;
  #tailLength = 0;

  /** @param tail ends with the line break */
  encode(head: string, cell: string, tail: string): void {
    const text = head + cell + tail;
    // A UTF-16 unit takes three bytes at most.
    if (text.length * 3 > this.#bytes.byteLength) this.#bytes = Buffer.allocUnsafeSlow(text.length * 6);
    this.#length = this.#bytes.write(text, "utf8");
    const plain = this.#length === text.length;
    this.#headLength = plain ? head.length : Buffer.byteLength(head);
    this.#tailLength = plain ? tail.length : Buffer.byteLength(tail);
  }

  get whole(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  get head(): Uint8Array {
    return this.#bytes.subarray(0, this.#headLength);
  }

  get tail(): Uint8Array {
    return this.#bytes.subarray(this.#length - this.#tailLength, this.#length);
  }
}
