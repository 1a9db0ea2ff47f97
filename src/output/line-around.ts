/** A line of a CSV file in UTF-8 around cells that are encoded already, since many rows have them. */
export class LineAround {
  #bytes = Buffer.allocUnsafeSlow(4096);

  /**
   * The bytes of the line; good until the next.
   *
   * @param tail ends with the line break
   */
  encode(head: string, cells: Uint8Array, tail: string): Uint8Array {
    // A UTF-16 unit takes three bytes at most.
    const most = (head.length + tail.length) * 3 + cells.length;
    if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(most * 2);
    const bytes = this.#bytes;
    let length = bytes.write(head, "utf8");
    bytes.set(cells, length);
    length += cells.length;
    length += bytes.write(tail, length, "utf8");
    return bytes.subarray(0, length);
  }
}
