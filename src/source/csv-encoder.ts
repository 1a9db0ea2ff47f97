import { InstantText, putAscii, putBytes, putInteger, putText, putUuid } from "../output/csv-put.ts";
import { POSTGRES_EPOCH } from "../time/instant.ts";
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
          to = putInstant(this.#clocks[index] as InstantText, buffer, from, out, to);
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
const LINE_FEED = 0x0a;

function putBigint(buffer: Buffer, from: number, out: Uint8Array, at: number): number {
  const value = readInt8(buffer, from);
  if (Number.isSafeInteger(value)) return putInteger(value, out, at);
  return putAscii(String(buffer.readBigInt64BE(from)), out, at);
}

const PLAIN_ID = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[0-9A-Za-z-]/.test(String.fromCharCode(byte))));

function putTextId(buffer: Buffer, from: number, length: number, out: Uint8Array, at: number): number {
  for (let index = from; index < from + length; index++) {
    if (PLAIN_ID[buffer[index] as number] === 0) return putText(buffer, from, length, out, at);
  }
  return putBytes(buffer, from, length, out, at);
}

const EPOCH_SECONDS = POSTGRES_EPOCH / 1_000_000;

/** @param clock its own for each column, since it remembers the last second */
function putInstant(clock: InstantText, buffer: Buffer, from: number, out: Uint8Array, at: number): number {
  const micros = readInt8(buffer, from);
  if (!Number.isSafeInteger(micros)) return putFar(clock, buffer.readBigInt64BE(from), out, at);
  const second = Math.floor(micros / 1_000_000);
  return clock.put(second + EPOCH_SECONDS, Math.floor((micros - second * 1_000_000) / 1000), out, at);
}

/** Before 1715 or after 2285, where a double has no room for microseconds. */
function putFar(clock: InstantText, micros: bigint, out: Uint8Array, at: number): number {
  if (micros === 2n ** 63n - 1n) return putAscii("infinity", out, at);
  if (micros === -(2n ** 63n)) return putAscii("-infinity", out, at);
  // A bigint's division cuts towards zero, and its remainder has the sign of what is divided.
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return clock.put(Number((micros - fraction) / 1_000_000n) + EPOCH_SECONDS, Number(fraction / 1000n), out, at);
}
