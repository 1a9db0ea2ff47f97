import { guardFormula } from "../output/formula.ts";
import { isoDate, POSTGRES_EPOCH } from "../time/instant.ts";
import { type BinaryFields, readInt4, readInt8, readText, readUuid } from "./binary-rows.ts";
import type { ResultColumn } from "./header.ts";
import type { ActualColumn } from "./result-shape.ts";

/** How a column's bytes become a cell. */
const UUID = 0;
const INT2 = 1;
const INT4 = 2;
const INT8 = 3;
const OID = 4;
const INSTANT = 5;
const BOOLEAN = 6;
/** Digits, signs and points that Postgres printed: as they are. */
const DIGITS = 7;
const TEXT = 8;
/** A text that is somebody's id: as it is while it looks like one. */
const TEXT_ID = 9;
/** A text behind a byte that says jsonb's version. */
const JSONB = 10;

const KINDS = new Map<string, number>([
  ["uuid", UUID],
  ["smallint", INT2],
  ["integer", INT4],
  ["bigint", INT8],
  ["oid", OID],
  ["timestamp with time zone", INSTANT],
  ["boolean", BOOLEAN],
  ["jsonb", JSONB],
]);

/** The types whose binary form is not read here: the statement is to cast them to text. */
const AS_TEXT: ReadonlySet<string> = new Set(["numeric", "double precision", "real"]);

/** Whether the statement has to cast the column to text for CsvEncoder. */
export function isReadAsText({ type }: ActualColumn): boolean {
  return AS_TEXT.has(type);
}

/** The longest cell of a kind that is no text: `-271821-04-20T00:00:00.000Z`, a uuid of 36 bytes. */
const FIXED_ROOM = 40;

/**
 * Prints rows of binary COPY as the project's CSV, byte by byte from the socket's buffer into the file's, without a string or an object for
 * a cell: the same bytes as output/csv.ts, whose guard it calls for the cells that need a closer look.
 */
export class CsvEncoder {
  readonly #kinds: Uint8Array;
  readonly #clocks: InstantText[];

  constructor(columns: readonly ResultColumn[], actual: readonly ActualColumn[]) {
    this.#kinds = Uint8Array.from(columns, (column, index) => kindOf(column, actual[index] as ActualColumn));
    this.#clocks = columns.map(() => new InstantText());
  }

  /** Bytes that a row may take at most. */
  roomFor({ lengths }: BinaryFields): number {
    let room = 1;
    for (let index = 0; index < lengths.length; index++) room += FIXED_ROOM + 2 * (lengths[index] as number);
    return room;
  }

  /** Prints one row, its line break included, into `out` from `at`, where `roomFor` bytes are free. @returns the offset behind it */
  encode({ buffer, offsets, lengths }: BinaryFields, out: Uint8Array, at: number): number {
    const kinds = this.#kinds;
    let to = at;
    for (let index = 0; index < kinds.length; index++) {
      if (index > 0) out[to++] = COMMA;
      const length = lengths[index] as number;
      if (length < 0) continue;
      const from = offsets[index] as number;
      switch (kinds[index]) {
        case UUID:
          to = putUuid(buffer, from, out, to);
          break;
        case INT4:
          to = putInteger(readInt4(buffer, from), out, to);
          break;
        case INSTANT:
          to = (this.#clocks[index] as InstantText).put(buffer, from, out, to);
          break;
        case TEXT:
          to = putText(buffer, from, length, out, to);
          break;
        case JSONB:
          to = putText(buffer, from + 1, length - 1, out, to);
          break;
        case TEXT_ID:
          to = putTextId(buffer, from, length, out, to);
          break;
        case INT8:
          to = putBigint(buffer, from, out, to);
          break;
        case INT2:
          to = putInteger(buffer.readInt16BE(from), out, to);
          break;
        case OID:
          to = putInteger(buffer.readUInt32BE(from), out, to);
          break;
        case BOOLEAN:
          to = putAscii(buffer[from] === 1 ? "true" : "false", out, to);
          break;
        default:
          to = putBytes(buffer, from, length, out, to);
      }
    }
    out[to++] = LINE_FEED;
    return to;
  }

  /** A cell of a column that holds texts or uuids, before guard and quotes; empty for others and for null. */
  text({ buffer, offsets, lengths }: BinaryFields, index: number): string {
    const length = lengths[index] as number;
    const from = offsets[index] as number;
    if (length < 0) return "";
    switch (this.#kinds[index]) {
      case TEXT:
      case TEXT_ID:
        return readText(buffer, from, length);
      case UUID:
        return readUuid(buffer, from);
      default:
        return "";
    }
  }
}

function kindOf(column: ResultColumn, actual: ActualColumn): number {
  if (isReadAsText(actual)) return DIGITS;
  return KINDS.get(actual.type) ?? (column.type === "id" ? TEXT_ID : TEXT);
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const LINE_FEED = 0x0a;
const DASH = 0x2d;
const ZERO = 0x30;

const HEX = Buffer.from("0123456789abcdef", "latin1");
const HIGH_DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => HEX[byte >> 4] as number);
const LOW_DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => HEX[byte & 15] as number);

/** Written out, since a loop takes twice as long: 25 ns instead of 48. */
function putUuid(buffer: Buffer, from: number, out: Uint8Array, at: number): number {
  putHex(buffer[from] as number, out, at);
  putHex(buffer[from + 1] as number, out, at + 2);
  putHex(buffer[from + 2] as number, out, at + 4);
  putHex(buffer[from + 3] as number, out, at + 6);
  out[at + 8] = DASH;
  putHex(buffer[from + 4] as number, out, at + 9);
  putHex(buffer[from + 5] as number, out, at + 11);
  out[at + 13] = DASH;
  putHex(buffer[from + 6] as number, out, at + 14);
  putHex(buffer[from + 7] as number, out, at + 16);
  out[at + 18] = DASH;
  putHex(buffer[from + 8] as number, out, at + 19);
  putHex(buffer[from + 9] as number, out, at + 21);
  out[at + 23] = DASH;
  putHex(buffer[from + 10] as number, out, at + 24);
  putHex(buffer[from + 11] as number, out, at + 26);
  putHex(buffer[from + 12] as number, out, at + 28);
  putHex(buffer[from + 13] as number, out, at + 30);
  putHex(buffer[from + 14] as number, out, at + 32);
  putHex(buffer[from + 15] as number, out, at + 34);
  return at + 36;
}

function putHex(byte: number, out: Uint8Array, at: number): void {
  out[at] = HIGH_DIGIT[byte] as number;
  out[at + 1] = LOW_DIGIT[byte] as number;
}

/** A whole number that a double holds exactly. */
function putInteger(value: number, out: Uint8Array, at: number): number {
  let to = at;
  let rest = value;
  if (rest < 0) {
    out[to++] = DASH;
    rest = -rest;
  }
  if (rest < 10) {
    out[to++] = ZERO + rest;
    return to;
  }
  let digits = 2;
  for (let limit = 100; rest >= limit; limit *= 10) digits++;
  for (let index = to + digits - 1; index >= to; index--) {
    const tenth = Math.floor(rest / 10);
    out[index] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return to + digits;
}

function putBigint(buffer: Buffer, from: number, out: Uint8Array, at: number): number {
  const value = readInt8(buffer, from);
  if (Number.isSafeInteger(value)) return putInteger(value, out, at);
  return putAscii(String(buffer.readBigInt64BE(from)), out, at);
}

function putAscii(text: string, out: Uint8Array, at: number): number {
  for (let index = 0; index < text.length; index++) out[at + index] = text.charCodeAt(index);
  return at + text.length;
}

/** Below this a loop is done before a call to copy has begun. */
const WORTH_A_CALL = 96;

function putBytes(buffer: Buffer, from: number, length: number, out: Uint8Array, at: number): number {
  if (length > WORTH_A_CALL) buffer.copy(out, at, from, from + length);
  else for (let index = 0; index < length; index++) out[at + index] = buffer[from + index] as number;
  return at + length;
}

const table = (isIn: (char: string) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => (byte < 128 && isIn(String.fromCharCode(byte)) ? 1 : 0));

const NEEDS_QUOTES = table((char) => '",\n\r'.includes(char));
/** First bytes of texts that no guard is for; those of characters beyond ASCII are looked at. */
const HARMLESS_START = table((char) => guardFormula(`${char}=`) === `${char}=` && guardFormula(char) === char);
const PLAIN_ID = table((char) => /[0-9A-Za-z-]/.test(char));

function putText(buffer: Buffer, from: number, length: number, out: Uint8Array, at: number): number {
  if (length === 0) return at;
  if (HARMLESS_START[buffer[from] as number] === 1) return putQuoted(buffer, from, length, out, at, 0);
  const text = buffer.toString("utf8", from, from + length);
  return putQuoted(buffer, from, length, out, at, guardFormula(text) === text ? 0 : 1);
}

function putTextId(buffer: Buffer, from: number, length: number, out: Uint8Array, at: number): number {
  for (let index = from; index < from + length; index++) {
    if (PLAIN_ID[buffer[index] as number] === 0) return putText(buffer, from, length, out, at);
  }
  return putBytes(buffer, from, length, out, at);
}

/** RFC 4180: quotes where the text holds a comma, a quote or a line break. @param guard how many apostrophes are set before it */
function putQuoted(buffer: Buffer, from: number, length: number, out: Uint8Array, at: number, guard: 0 | 1): number {
  const end = from + length;
  let to = at;
  if (guard === 1) out[to++] = APOSTROPHE;
  let index = from;
  // Most texts hold none, and are copied while they are looked at.
  for (; index < end; index++) {
    const byte = buffer[index] as number;
    if (NEEDS_QUOTES[byte] === 1) break;
    out[to++] = byte;
  }
  if (index === end) return to;
  to = at;
  out[to++] = QUOTE;
  if (guard === 1) out[to++] = APOSTROPHE;
  for (index = from; index < end; index++) {
    const byte = buffer[index] as number;
    if (byte === QUOTE) out[to++] = QUOTE;
    out[to++] = byte;
  }
  out[to++] = QUOTE;
  return to;
}

const EPOCH_SECONDS = POSTGRES_EPOCH / 1_000_000;
const SECONDS_A_DAY = 86_400;

/** Prints instants as output/instant-text.ts does; its own instance for each column, since it remembers the last second. */
class InstantText {
  /** Since the epoch of Postgres. */
  #second = Number.NaN;
  #day = Number.NaN;
  /** `2026-11-20T14:02:11.123Z`; the date has more places in years that have more than four. */
  readonly #text = new Uint8Array(FIXED_ROOM);
  #dateLength = 0;

  put(buffer: Buffer, from: number, out: Uint8Array, at: number): number {
    const micros = readInt8(buffer, from);
    if (!Number.isSafeInteger(micros)) return this.#putFar(buffer.readBigInt64BE(from), out, at);
    const second = Math.floor(micros / 1_000_000);
    return this.#put(second, Math.floor((micros - second * 1_000_000) / 1000), out, at);
  }

  /** Before 1715 or after 2285, where a double has no room for microseconds. */
  #putFar(micros: bigint, out: Uint8Array, at: number): number {
    if (micros === 2n ** 63n - 1n) return putAscii("infinity", out, at);
    if (micros === -(2n ** 63n)) return putAscii("-infinity", out, at);
    // A bigint's division cuts towards zero, and its remainder has the sign of what is divided.
    const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
    return this.#put(Number((micros - fraction) / 1_000_000n), Number(fraction / 1000n), out, at);
  }

  #put(second: number, millis: number, out: Uint8Array, at: number): number {
    if (second !== this.#second) this.#setSecond(second);
    const text = this.#text;
    const length = this.#dateLength + CLOCK_LENGTH;
    putTwo(Math.floor(millis / 10), text, length - 4);
    text[length - 2] = ZERO + (millis % 10);
    for (let index = 0; index < length; index++) out[at + index] = text[index] as number;
    return at + length;
  }

  #setSecond(second: number): void {
    this.#second = second;
    const day = Math.floor((second + EPOCH_SECONDS) / SECONDS_A_DAY);
    const text = this.#text;
    if (day !== this.#day) {
      this.#day = day;
      this.#dateLength = putAscii(isoDate(day), text, 0);
      putAscii("T00:00:00.000Z", text, this.#dateLength);
    }
    const clock = this.#dateLength + 1;
    const within = second + EPOCH_SECONDS - day * SECONDS_A_DAY;
    const minute = Math.floor(within / 60);
    const hour = Math.floor(minute / 60);
    putTwo(hour, text, clock);
    putTwo(minute - hour * 60, text, clock + 3);
    putTwo(within - minute * 60, text, clock + 6);
  }
}

/** `T14:02:11.123Z` */
const CLOCK_LENGTH = 14;

function putTwo(value: number, out: Uint8Array, at: number): void {
  const tens = Math.floor(value / 10);
  out[at] = ZERO + tens;
  out[at + 1] = ZERO + value - tens * 10;
}
