import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, UsageError } from "../../src/errors.ts";
import { copyCsv } from "../../src/source/copy-csv.ts";
import { PARAMETER_TYPES, type ParameterType, type ParameterValue } from "../../src/source/parameter-types.ts";
import { parseParameters } from "../../src/source/parameters.ts";
import { query } from "../../src/source/row-stream.ts";
import { boundStatement } from "../../src/source/statement.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { errorOf, queryOf, textOf, withSnapshot } from "./fixtures.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function echo(type: ParameterType) {
  // As hex of its UTF-8, so that no output format changes it.
  return queryOf("select encode(convert_to((:v)::text, 'UTF8'), 'hex') as v", {
    columns: ["v text"],
    parameters: [`v ${type} optional`],
  });
}

const text = fc.string({ unit: "binary" }).filter((value) => !value.includes("\0") && !/\p{Cs}/u.test(value));
const int8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const uuid = fc.uuid();

const VALUES: Record<ParameterType, fc.Arbitrary<Exclude<ParameterValue, null>>> = {
  text,
  uuid,
  timestamptz: fc.integer({ min: Date.UTC(1700, 0, 1) * 1000, max: Date.UTC(2255, 0, 1) * 1000 }),
  date: fc
    .date({ min: new Date("0001-01-02"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  integer: fc.integer(),
  bigint: int8,
  numeric: fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(999))
    .map(([whole, part]) => `${whole}.${part}`),
  boolean: fc.boolean(),
  "text[]": fc.array(text, { maxLength: 5 }),
  "uuid[]": fc.array(uuid, { maxLength: 5 }),
  "integer[]": fc.array(fc.integer(), { maxLength: 5 }),
  "bigint[]": fc.array(int8, { maxLength: 5 }),
};

describe("a value is the same as a bind parameter and as a literal", () => {
  test.each(PARAMETER_TYPES)("%s", async (type) => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      await fc.assert(
        fc.asyncProperty(VALUES[type], async (value) => {
          const bound = (await query(snapshot, echo(type), { v: value })).rows[0]?.[0];
          const literal = await textOf(copyCsv(snapshot, echo(type), { v: value }));
          expect(literal).toBe(`v\n${bound}\n`);
          const seen = Buffer.from(String(bound), "hex").toString();
          if (type === "text") expect(seen).toBe(value);
          else if (["integer", "bigint", "date", "boolean", "uuid"].includes(type)) expect(seen).toBe(String(value));
        }),
        { numRuns: 40 },
      );
    });
  });

  test("null, of every type", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      for (const type of PARAMETER_TYPES) {
        expect((await query(snapshot, echo(type), {})).rows).toEqual([[null]]);
        expect(await textOf(copyCsv(snapshot, echo(type), { v: null }))).toBe("v\n\n");
      }
    });
  });

  test("lists come back as they went in", async () => {
    const list = queryOf("select to_jsonb(:v)::text as v", { columns: ["v text"], parameters: ["v text[] required"] });
    await withSnapshot(database.readerUrl, async (snapshot) => {
      await fc.assert(
        fc.asyncProperty(fc.array(text), async (value) => {
          const [row] = (await query(snapshot, list, { v: value })).rows;
          expect(JSON.parse(String(row?.[0]))).toEqual(value);
        }),
        { numRuns: 50 },
      );
    });
  });

  test("an instant keeps its microseconds", async () => {
    const instant = queryOf("select :v as v", { columns: ["v instant"], parameters: ["v timestamptz required"] });
    await withSnapshot(database.readerUrl, async (snapshot) => {
      for (const value of [0, -1, 1_795_183_331_123_456, 999_999, -6_213_500_000_000_001]) {
        expect((await query(snapshot, instant, { v: value })).rows).toEqual([[value]]);
      }
    });
  });
});

describe("values that do not fit", () => {
  const all = queryOf("select :sender, :b, :c, :d", {
    columns: ["x text"],
    parameters: [
      "sender text required",
      "b integer required",
      "c uuid[] optional",
      "d timestamptz default 2026-01-01T00:00:00Z",
    ],
  });

  test("are all named at once, from the program", () => {
    let failure: unknown;
    try {
      boundStatement(all, { b: 1.5, c: ["x"], e: 1 });
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(ConfigError);
    expect((failure as Error).message).toMatch(
      /no parameter "e".*"sender" is required.*"b" must be.*"c" must be a list, a UUID/,
    );
  });

  test("are all named at once, from the command line, with the nearest name", async () => {
    const error = await errorOf(
      (async () =>
        parseParameters(
          all,
          new Map([
            ["sendr", "x"],
            ["b", "1e3"],
            ["c", "1,2"],
            ["d", "2026-01-01"],
          ]),
        ))(),
    );
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(/no parameter "sendr"; did you mean "sender"\?/);
    expect(error.message).toMatch(/"b" is "1e3", and must be a whole number/);
    expect(error.message).toMatch(/"c" is "1", and must be a UUID/);
    expect(error.message).toMatch(/"d" is "2026-01-01".*the zone is missing/);
    expect(error.message).toMatch(/"sender" is missing/);
    expect((error as UsageError).hint).toMatch(/sender \(text, required\), b \(integer, required\)/);
  });

  test.each([
    ["integer", 2 ** 31],
    ["integer", "x"],
    ["bigint", "9223372036854775808"],
    ["bigint", 2 ** 60],
    ["text", "a\0b"],
    ["text", 1],
    ["date", "2026-02-30"],
    ["timestamptz", "2026-01-01T00:00:00Z"],
    ["timestamptz", Number.NaN],
    ["timestamptz", 2 ** 53],
    ["numeric", Number.POSITIVE_INFINITY],
    ["boolean", "true"],
    ["uuid", "8f7a2c1e"],
    ["text[]", "a"],
  ] as const)("%s: %s", (type, value) => {
    const one = queryOf("select :v", { columns: ["x text"], parameters: [`v ${type} required`] });
    expect(() => boundStatement(one, { v: value })).toThrow(/"v" must be/);
  });
});

describe("texts from the command line", () => {
  const read = (type: ParameterType, given: string) => {
    const one = queryOf("select :v", { columns: ["x text"], parameters: [`v ${type} required`] });
    return parseParameters(one, new Map([["v", given]]), {
      instantOfDate: (date, name) => (name === "v" ? Date.parse(date) * 1000 + 7 : 0),
    }).v;
  };

  test.each([
    ["text", "a=b, c", "a=b, c"],
    ["integer", "-5", "-5"],
    ["boolean", "false", false],
    ["timestamptz", "2026-11-20T09:00:00-05:00", Date.UTC(2026, 10, 20, 14) * 1000],
    ["timestamptz", "2026-11-20", Date.UTC(2026, 10, 20) * 1000 + 7],
    ["date", "2026-11-20", "2026-11-20"],
    ["text[]", "a, b,c", ["a", "b", "c"]],
    ["text[]", "", []],
  ] as const)("%s: %s", (type, given, value) => {
    expect(read(type, given)).toEqual(value);
  });
});
