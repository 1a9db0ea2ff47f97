import { type Micros, POSTGRES_EPOCH } from "../time/instant.ts";

/**
 * The fields of the row at hand: field i is `lengths[i]` bytes of `buffer` from `offsets[i]`, or null where the length is -1. All three are
 * used again for the next row; whoever wants to keep something copies it.
 */
export interface BinaryFields {
  buffer: Buffer;
  offsets: Int32Array;
  lengths: Int32Array;
}

export type RowHandler = (fields: BinaryFields) => void;

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
const HEADER_BYTES = SIGNATURE.length + 8;

/**
 * Decodes COPY's binary format from chunks that end anywhere, without an object for a row or a field. A row that lies in one chunk is
 * read in place; one that does not is put together in a buffer of its own that grows by doubling, and is looked at again only when as much
 * has come as it was found to need, so that a row of many chunks costs no more than its bytes.
 */
export class BinaryRows {
  /** Rows decoded so far. */
  rows = 0;
  readonly #onRow: RowHandler;
  readonly #fields: BinaryFields;
  readonly #fieldCount: number;
  #headerRead = false;
  #ended = false;
  /** The beginning of a row that is not complete. */
  #rest: Buffer = Buffer.alloc(0);
  #restLength = 0;
  /** Bytes from the row's start that are needed to get further. */
  #needed = 0;

  constructor(fieldCount: number, onRow: RowHandler) {
    this.#fieldCount = fieldCount;
    this.#onRow = onRow;
    this.#fields = {
      buffer: this.#rest,
      offsets: new Int32Array(fieldCount),
      lengths: new Int32Array(fieldCount),
    };
  }

  /**
   * Takes a chunk's bytes from `start` up to `end`.
   *
   * @throws Error when the bytes are not COPY's binary format, or the rows have another number of fields; and what the handler throws
   */
  push(chunk: Buffer, start = 0, end = chunk.length): void {
    let from = start;
    while (this.#restLength > 0) {
      // Only what the row needs is copied; the rest of the chunk is read in place.
      const taken = Math.min(this.#needed - this.#restLength, end - from);
      this.#keep(chunk, from, from + taken);
      from += taken;
      if (this.#restLength < this.#needed) return;
      // Either the row is whole and read, or nothing is read, the row needs more, and what is here stays.
      if (this.#decode(this.#rest, 0, this.#restLength) > 0) this.#restLength = 0;
    }
    if (from === end) return;
    const read = this.#decode(chunk, from, end);
    if (read < end) this.#keep(chunk, read, end);
  }

  /** Call at the end of the stream. @throws Error when it ended in the middle */
  end(): void {
    if (!this.#ended || this.#restLength > 0) throw new Error("the binary copy ended in the middle of a row");
  }

  /** Decodes whole rows and returns the offset behind the last; sets what the next one needs. */
  #decode(buffer: Buffer, from: number, end: number): number {
    let row = from;
    if (!this.#headerRead) {
      const behind = this.#readHeader(buffer, row, end);
      if (behind < 0) return row;
      row = behind;
    }
    const { offsets, lengths } = this.#fields;
    const count = this.#fieldCount;
    this.#fields.buffer = buffer;
    for (;;) {
      if (row + 2 > end) {
        this.#needed = 2;
        return row;
      }
      const fields = (buffer[row] as number) * 256 + (buffer[row + 1] as number);
      if (fields !== count) {
        if (fields !== 0xffff || this.#ended) throw new Error(`a binary row has ${fields} fields instead of ${count}`);
        this.#ended = true;
        return row + 2;
      }
      let at = row + 2;
      for (let field = 0; field < count; field++) {
        if (at + 4 > end) {
          this.#needed = at + 4 - row;
          return row;
        }
        const length = readInt4(buffer, at);
        at += 4;
        offsets[field] = at;
        lengths[field] = length;
        if (length > 0) at += length;
      }
      if (at > end) {
        this.#needed = at - row;
        return row;
      }
      row = at;
      this.rows++;
      this.#onRow(this.#fields);
    }
  }

  #readHeader(buffer: Buffer, from: number, end: number): number {
    if (from + HEADER_BYTES > end) {
      this.#needed = HEADER_BYTES;
      return -1;
    }
    if (!buffer.subarray(from, from + SIGNATURE.length).equals(SIGNATURE)) throw new Error("this is no binary copy");
    const extension = readInt4(buffer, from + SIGNATURE.length + 4);
    const behind = from + HEADER_BYTES + extension;
    if (behind > end) {
      this.#needed = HEADER_BYTES + extension;
      return -1;
    }
    this.#headerRead = true;
    return behind;
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const length = this.#restLength + to - from;
    if (length > this.#rest.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#rest.length * 2, 256));
      this.#rest.copy(larger, 0, 0, this.#restLength);
      this.#rest = larger;
    }
    chunk.copy(this.#rest, this.#restLength, from, to);
    this.#restLength = length;
  }
}

/** integer. By hand, since Buffer's own checks cost more than the reading. */
export function readInt4(buffer: Buffer, offset: number): number {
  return (
    ((buffer[offset] as number) << 24) |
    ((buffer[offset + 1] as number) << 16) |
    ((buffer[offset + 2] as number) << 8) |
    (buffer[offset + 3] as number)
  );
}

/** bigint as a double: exact up to 2^53, which no id or time of this database passes. */
export function readInt8(buffer: Buffer, offset: number): number {
  return readInt4(buffer, offset) * 4_294_967_296 + (readInt4(buffer, offset + 4) >>> 0);
}

/** timestamptz; `infinity` as Infinity. */
export function readInstant(buffer: Buffer, offset: number): Micros {
  const micros = readInt8(buffer, offset);
  if (micros >= 2 ** 63) return Number.POSITIVE_INFINITY;
  if (micros <= -(2 ** 63)) return Number.NEGATIVE_INFINITY;
  return micros + POSTGRES_EPOCH;
}

/** text, varchar, enums, and json (jsonb has a version byte first). */
export function readText(buffer: Buffer, offset: number, length: number): string {
  return buffer.toString("utf8", offset, offset + length);
}

/** uuid as Postgres prints it. Its 16 bytes can be had from the buffer itself. */
export function readUuid(buffer: Buffer, offset: number): string {
  const hex = buffer.toString("hex", offset, offset + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
