import type { Micros } from "../time/instant.ts";
import { createCsvFormatter } from "./csv.ts";
import { InstantText, putAscii, putInteger, putText, putUuid } from "./csv-put.ts";
import { createInstantFormatter } from "./instant-text.ts";

const TEXT = createCsvFormatter([{ name: "", type: "text" }]);
const COMMA = 0x2c;
const LINE_FEED = 0x0a;

/** Up to here a loop over a text's characters is faster than the call of an encoder. */
const SHORT = 48;

/** Room for a uuid, a number or an instant. */
const FIXED_ROOM = 40;

/**
 * Cells or rows of a CSV file in UTF-8, end to end, the same bytes as csv.ts prints: what a row shares with the one before it is copied,
 * where printing and encoding it again was most of a row's time. Used again and again, so that rows leave no garbage.
 */
export class CsvBytes {
  /** Good up to `length`, until `clear`; replaced when it is too small. */
  bytes: Buffer;
  length = 0;
  /** How many rows were ended. */
  rows = 0;

  /** @param size room to begin with, in bytes */
  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  clear(): void {
    this.length = 0;
    this.rows = 0;
  }

  /** Adds what others hold. */
  add(cells: CsvBytes): void {
    // All of their room is copied: a view of what is used would cost more than the bytes behind it.
    this.#reserve(cells.bytes.byteLength);
    this.bytes.set(cells.bytes, this.length);
    this.length += cells.length;
  }

  /** Adds the bytes of others from an offset on. */
  addFrom(cells: CsvBytes, from: number): void {
    const length = cells.length - from;
    this.#reserve(length);
    this.bytes.set(new Uint8Array(cells.bytes.buffer, from, length), this.length);
    this.length += length;
  }

  /** Adds what stands before every cell but a row's first; nothing behind it is an empty cell. */
  addComma(): void {
    this.#reserve(1);
    this.bytes[this.length++] = COMMA;
  }

  endRow(): void {
    this.#reserve(1);
    this.bytes[this.length++] = LINE_FEED;
    this.rows++;
  }

  /** Adds cells that csv.ts has printed. */
  addPrinted(cells: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.#reserve(cells.length * 3);
    if (cells.length <= SHORT && isAscii(cells)) this.length = putAscii(cells, this.bytes, this.length);
    else this.length += this.bytes.write(cells, this.length, "utf8");
  }

  /** Adds a whole number. */
  addInteger(value: number): void {
    this.#reserve(FIXED_ROOM);
    const { bytes, length } = this;
    this.length = Number.isSafeInteger(value)
      ? putInteger(value, bytes, length)
      : putAscii(String(value), bytes, length);
  }

  /** Adds a uuid by its 16 bytes. */
  addUuid(uuid: Buffer): void {
    this.#reserve(FIXED_ROOM);
    this.length = putUuid(uuid, 0, this.bytes, this.length);
  }

  /** Adds an instant. @param clock the column's own */
  addInstant(instant: Micros, clock: InstantClock): void {
    this.#reserve(FIXED_ROOM);
    this.length = clock.put(instant, this.bytes, this.length);
  }

  /** Adds a text by its UTF-8, guarded and quoted where it needs that. */
  addText(text: Buffer, from: number, length: number): void {
    for (let at = from; at < from + length; at++) {
      if (text[at] > 0 && text[at] < 0x80) continue;
      // What is no UTF-8, as a database without an encoding may hold it, is for the encoder to mend.
      this.addPrinted(TEXT.formatCells([text.toString("utf8", from, from + length)], 0, 1));
      return;
    }
    // Each character may be a quote to be doubled, and there are two around and an apostrophe.
    this.#reserve(2 * length + FIXED_ROOM);
    this.length = putText(text, from, length, this.bytes, this.length);
  }

  #reserve(needed: number): void {
    if (this.length + needed <= this.bytes.byteLength) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.length + needed, this.bytes.byteLength * 2));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** Prints a column's instants; remembers the last second. */
export class InstantClock {
  readonly #text = new InstantText();
  readonly #format = createInstantFormatter();

  put(instant: Micros, out: Uint8Array, at: number): number {
    if (!Number.isSafeInteger(instant)) return putAscii(this.#format(instant), out, at);
    const millis = Math.floor(instant / 1000);
    const second = Math.floor(millis / 1000);
    return this.#text.put(second, millis - second * 1000, out, at);
  }
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
