import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BinaryFields,
  BinaryRows,
  readInstant,
  readInt4,
  readInt8,
  readText,
  readUuid,
} from "../../src/source/binary-rows.ts";
import { copyBinary, copyBinaryByKeys } from "../../src/source/copy-binary.ts";
import { query } from "../../src/source/row-stream.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { queryOf, withSnapshot } from "./fixtures.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** COPY's binary format as its documentation describes it. */
function encode(rows: readonly (readonly (Buffer | null)[])[], extension = 0): Buffer {
  const int = (bytes: number, value: number): Buffer => {
    const buffer = Buffer.alloc(bytes);
    if (bytes === 2) buffer.writeInt16BE(value);
    else buffer.writeInt32BE(value);
    return buffer;
  };
  const parts = [Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), int(4, 0), int(4, extension), Buffer.alloc(extension, 7)];
  for (const row of rows) {
    parts.push(int(2, row.length));
    for (const field of row) parts.push(int(4, field?.length ?? -1), field ?? Buffer.alloc(0));
  }
  parts.push(int(2, -1));
  return Buffer.concat(parts);
}

function keep(into: (Buffer | null)[][]): (fields: BinaryFields) => void {
  return ({ buffer, offsets, lengths }) => {
    into.push(
      Array.from(lengths, (length, index) =>
        length < 0 ? null : Buffer.from(buffer.subarray(offsets[index], (offsets[index] ?? 0) + length)),
      ),
    );
  };
}

describe("the decoder", () => {
  const field = fc.option(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)));
  const table = fc.array(fc.tuple(field, field, field), { maxLength: 30 });

  test("gives back every field, wherever the chunks end", () => {
    fc.assert(
      fc.property(table, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), fc.nat(9), (rows, cuts, more) => {
        const bytes = encode(rows, more);
        const decoded: (Buffer | null)[][] = [];
        const decoder = new BinaryRows(3, keep(decoded));
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = cuts[turn % cuts.length] as number;
          // A copy, since the socket's buffers are used again.
          const chunk = Buffer.from(bytes.subarray(at, at + size));
          decoder.push(chunk);
          chunk.fill(0xee);
          at += size;
        }
        decoder.end();
        expect(decoded).toEqual(rows);
        expect(decoder.rows).toBe(rows.length);
      }),
      { numRuns: 300 },
    );
  });

  test("an end in the middle is an error at every byte", () => {
    const bytes = encode([[Buffer.from("abc"), null, Buffer.alloc(0)]]);
    for (let length = 0; length < bytes.length; length++) {
      const decoder = new BinaryRows(3, () => undefined);
      decoder.push(bytes.subarray(0, length));
      expect(() => decoder.end()).toThrow(/middle of a row/);
    }
  });

  test("another format and another number of columns are errors", () => {
    expect(() => new BinaryRows(3, () => undefined).push(Buffer.from("a,b,c\n1,2,3\nand more of this"))).toThrow(
      /no binary copy/,
    );
    expect(() => new BinaryRows(2, () => undefined).push(encode([[null, null, null]]))).toThrow(
      /3 fields instead of 2/,
    );
  });

  test("a row of many chunks is put together in time that grows with its bytes", () => {
    const copied = (megabytes: number): number => {
      const bytes = encode([[Buffer.alloc(megabytes * 1_000_000, 1)]]);
      let length = 0;
      const decoder = new BinaryRows(1, ({ lengths }) => {
        length = lengths[0] ?? 0;
      });
      let copies = 0;
      const { copy } = Buffer.prototype;
      Buffer.prototype.copy = function counted(
        this: Buffer,
        target: Uint8Array,
        targetStart?: number,
        sourceStart = 0,
        sourceEnd = this.length,
      ) {
        copies += sourceEnd - sourceStart;
        return copy.call(this, target, targetStart, sourceStart, sourceEnd);
      };
      try {
        for (let at = 0; at < bytes.length; at += 16_384) decoder.push(bytes.subarray(at, at + 16_384));
      } finally {
        Buffer.prototype.copy = copy;
      }
      decoder.end();
      expect(length).toBe(megabytes * 1_000_000);
      return copies;
    };
    // Each byte once, and once more for each doubling: less than three times its size.
    expect(copied(4)).toBeLessThan(12_000_000);
    expect(copied(8)).toBeLessThan(24_000_000);
  });
});

describe("values", () => {
  test("are read from the server's own bytes", async () => {
    const values = queryOf(
      `select (-2147483648)::int4 as i4, 2147483647::int4 as i4b,
         (-9007199254740991)::int8 as i8, 9007199254740991::int8 as i8b, 4294967296::int8 as i8c, (-1)::int8 as i8d,
         timestamptz '2026-11-20 14:02:11.123456Z' as at, timestamptz '1969-12-31 23:59:59.999999Z' as before,
         timestamptz 'infinity' as never, timestamptz '-infinity' as always,
         '8f7a2c1e-0d3b-4e57-9a64-1b2c3d4e5f60'::uuid as id, 'žluťoučký 🐎'::text as t,
         'receive'::task_action as e, null::text as nothing, ''::text as empty`,
      {
        columns: [
          ..."i4 i4b i8 i8b i8c i8d".split(" ").map((name) => `${name} number`),
          ..."at before never always".split(" ").map((name) => `${name} instant`),
          "id id",
          ..."t e nothing empty".split(" ").map((name) => `${name} text`),
        ],
      },
    );
    const readers = [readInt4, readInt4, readInt8, readInt8, readInt8, readInt8];
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const read: unknown[] = [];
      const count = await copyBinary(snapshot, values, {}, ({ buffer, offsets, lengths }) => {
        const at = (field: number): number => offsets[field] ?? -1;
        for (const [field, reader] of readers.entries()) read.push(reader(buffer, at(field)));
        for (const field of [6, 7, 8, 9]) read.push(readInstant(buffer, at(field)));
        read.push(readUuid(buffer, at(10)));
        for (const field of [11, 12, 13, 14]) {
          const length = lengths[field] ?? -1;
          read.push(length < 0 ? null : readText(buffer, at(field), length));
        }
      });
      expect(count).toBe(1);
      // The text protocol's own parsers, written apart, agree.
      expect(read).toEqual((await query(snapshot, values, {})).rows[0]);
      expect(read.slice(6, 8)).toEqual([1_795_183_331_123_456, -1]);
    });
  });

  test("a look-up by key takes any number of keys", async () => {
    const byKey = queryOf("select k as id from unnest(:ids) k where k <> 3", {
      columns: ["id number"],
      parameters: ["ids bigint[] required"],
    });
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const seen: number[] = [];
      const keys = Array.from({ length: 20_001 }, (_, index) => index + 1);
      const count = await copyBinaryByKeys(snapshot, byKey, "ids", keys, ({ buffer, offsets }) => {
        seen.push(readInt8(buffer, offsets[0] ?? 0));
      });
      expect(count).toBe(20_000);
      expect(seen).toEqual(keys.filter((key) => key !== 3));
      expect(await copyBinaryByKeys(snapshot, byKey, "ids", [], () => undefined)).toBe(0);
    });
  });
});
