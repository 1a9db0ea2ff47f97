import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { guardFormula } from "../../src/output/formula.ts";
import { formatResult } from "../../src/query/format.ts";
import { copyCsv } from "../../src/source/copy-csv.ts";
import { guardFormulaSql } from "../../src/source/formula-sql.ts";
import { rows } from "../../src/source/row-stream.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { errorOf, queryOf, textOf, withSnapshot } from "./fixtures.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function joined(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

describe("the guard in SQL", () => {
  // Every character of the basic plane that Postgres can hold, and some beyond it.
  const characters: string[] = [];
  for (let code = 1; code <= 0xffff; code++) {
    if (code < 0xd800 || code > 0xdfff) characters.push(String.fromCharCode(code));
  }
  characters.push("\u{1f40e}", "\u{e0020}", "\u{10ffff}");

  test.each([
    ["alone", (char: string) => char],
    ["before a sign", (char: string) => `${char}=1+1`],
    ["behind an apostrophe", (char: string) => `'${char}`],
  ])("is the one of the writer for every character %s", async (_name, shape) => {
    const texts = characters.map(shape);
    const found = await database.query<{ t: string; guarded: string }>(
      `select t, ${guardFormulaSql("t")} as guarded from unnest($1::text[]) with ordinality as u(t, i) order by i`,
      [texts],
    );
    const different = found.filter(({ t, guarded }) => guarded !== guardFormula(t));
    expect(different).toEqual([]);
    expect(found).toHaveLength(texts.length);
  });
});

describe("both ways of writing CSV give the same bytes", () => {
  const everything = queryOf(
    `select r.t, r.j, r.ji as id_text, r.n, r.b, r.at, r.i8, r.u
     from jsonb_to_recordset((:data)::jsonb) as r(t text, j jsonb, ji text, n numeric, b boolean, at timestamptz, i8 bigint, u uuid)`,
    {
      columns: ["t text", "j json", "id_text id", "n number", "b boolean", "at instant", "i8 number", "u id"],
      parameters: ["data text required"],
    },
  );

  const text = fc
    .oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc
        .array(
          fc.constantFrom(
            "=",
            "+",
            "-",
            "@",
            " ",
            "\t",
            "\r",
            "\n",
            ",",
            '"',
            "'",
            "\\",
            ".",
            "a",
            "1",
            "＝",
            "\u200b",
          ),
          { maxLength: 6 },
        )
        .map((parts) => parts.join("")),
    )
    .filter((value) => !value.includes("\0") && !/\p{Cs}/u.test(value));
  const row = fc.record({
    t: fc.option(text),
    j: fc.option(fc.oneof(text, fc.integer(), fc.dictionary(text, text, { maxKeys: 3 }))),
    ji: fc.option(text),
    n: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    b: fc.option(fc.boolean()),
    at: fc.option(
      fc
        .date({ min: new Date("1900-01-01"), max: new Date("2250-01-01"), noInvalidDate: true })
        .chain((date) =>
          fc.nat(999).map((micros) => date.toISOString().replace("Z", `${String(micros).padStart(3, "0")}Z`)),
        ),
    ),
    i8: fc.option(fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n }).map(Number)),
    u: fc.option(fc.uuid()),
  });

  test("for any rows, and equal to csv-stringify's own quoting of guarded texts", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      await fc.assert(
        fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (data) => {
          const given = { data: JSON.stringify(data) };
          const fast = await textOf(copyCsv(snapshot, everything, given));
          const batches = rows(snapshot, everything, given);
          const slow = await joined(formatResult(everything.header.columns, batches, { format: "csv" }));
          expect(fast).toBe(slow);
          const first = stringify(data.map(({ t }) => [t === null ? null : guardFormula(t), "x"]));
          expect(fast.startsWith("t,j,id_text,n,b,at,i8,u\n")).toBe(true);
          if (data.length === 1)
            expect(fast.slice("t,j,id_text,n,b,at,i8,u\n".length).startsWith(first.slice(0, -2))).toBe(true);
        }),
        { numRuns: 150 },
      );
    });
  });

  test("for values at the edges", async () => {
    const edges = queryOf(
      `select * from (values
        (1, 'infinity'::timestamptz, 'NaN'::numeric, 0.1::float8 + 0.2, 9223372036854775807, ''),
        (2, '-infinity', 'Infinity', 1e300, -9223372036854775808, null),
        (3, '1969-12-31 23:59:59.9999Z', 12.500, 1e-7, 9007199254740993, '\\.'),
        (4, '2026-11-01 05:59:59.999999Z', -0.0, '-Infinity', 0, 'null')) as v(k, at, n, f, i, t) order by k`,
      { columns: ["k number", "at instant", "n number", "f number", "i number", "t text"] },
    );
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const fast = await textOf(copyCsv(snapshot, edges, {}));
      expect(await joined(formatResult(edges.header.columns, rows(snapshot, edges, {}), { format: "csv" }))).toBe(fast);
      expect(fast).toBe(
        "k,at,n,f,i,t\n" +
          "1,infinity,NaN,0.30000000000000004,9223372036854775807,\n" +
          "2,-infinity,Infinity,1e+300,-9223372036854775808,\n" +
          "3,1969-12-31T23:59:59.999Z,12.500,1e-07,9007199254740993,\\.\n" +
          "4,2026-11-01T05:59:59.999Z,0.0,-Infinity,0,null\n",
      );
    });
  });

  test("in the order that the query states, over many rows", async () => {
    const many = queryOf(
      "select (i * 7919) % 100003 as n, md5(i::text) as t from generate_series(1, 100000) i order by t",
      {
        columns: ["n number", "t text"],
      },
    );
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const fast = await textOf(copyCsv(snapshot, many, {}));
      expect(await joined(formatResult(many.header.columns, rows(snapshot, many, {}), { format: "csv" }))).toBe(fast);
      const keys = fast
        .trimEnd()
        .split("\n")
        .slice(1)
        .map((line) => line.split(",")[1] as string);
      expect(keys).toEqual([...keys].sort());
    });
  });
});

test("a result that is not what the header declares is refused before the first byte", async () => {
  const wrong = queryOf("select 'a' as a, now() as b", { columns: ["a number", "b instant"], name: "wrong" });
  await withSnapshot(database.readerUrl, async (snapshot) => {
    const error = await errorOf(copyCsv(snapshot, wrong, {}).next());
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/wrong\.sql .*"a" is declared as number, and the query returns text/);
  });
});
