import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { createCsvFormatter } from "../../src/output/csv.ts";
import { guardFormula } from "../../src/output/formula.ts";
import { formatResult } from "../../src/query/format.ts";
import { type CsvRow, copyCsv, copyCsvRows } from "../../src/source/copy-csv.ts";
import type { ParameterValues } from "../../src/source/parameter-types.ts";
import type { Query } from "../../src/source/query-file.ts";
import { rows } from "../../src/source/row-stream.ts";
import type { Snapshot } from "../../src/source/snapshot.ts";
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

/** The same rows by both ways: bulk, and row by row through the writer of the exports' own format. */
async function both(snapshot: Snapshot, query: Query, given: ParameterValues = {}): Promise<[string, string]> {
  const bulk = await textOf(copyCsv(snapshot, query, given));
  const batches = rows(snapshot, query, given);
  return [bulk, await joined(formatResult(query.header.columns, batches, { format: "csv" }))];
}

describe("the guard of a bulk export", () => {
  // Every character of the basic plane that Postgres can hold, and some beyond it.
  const characters: string[] = [];
  for (let code = 1; code <= 0xffff; code++) {
    if (code < 0xd800 || code > 0xdfff) characters.push(String.fromCharCode(code));
  }
  characters.push("\u{1f40e}", "\u{e0020}", "\u{10ffff}");
  const texts = queryOf("select t, t as id from unnest((:texts)::text[]) with ordinality as u(t, i) order by i", {
    columns: ["t text", "id id"],
    parameters: ["texts text[] required"],
  });

  test.each([
    ["alone", (char: string) => char],
    ["before a sign", (char: string) => `${char}=1+1`],
    ["behind an apostrophe", (char: string) => `'${char}`],
    ["behind a letter", (char: string) => `a${char}`],
  ])("is the one of the writer for every character %s", async (_name, shape) => {
    const { formatRow } = createCsvFormatter([
      { name: "t", type: "text" },
      { name: "id", type: "id" },
    ]);
    const shaped = characters.map(shape);
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const bulk = await textOf(copyCsv(snapshot, texts, { texts: shaped }));
      expect(bulk).toBe(`t,id\n${shaped.map((text) => formatRow([text, text])).join("")}`);
    });
  });
});

describe("both ways of writing CSV give the same bytes", () => {
  const everything = queryOf(
    `select r.t, r.j, r.ji as id_text, r.n, r.b, r.at, r.i8, r.u, r.t::varchar as v, r.j::json as js, r.t as jt, r.ji::name as na,
       r.i8 as i8_id, r.i4, r.i4 as i4_id, r.i2, r.i2 as i2_id, abs(r.i4::bigint)::oid as o, r.n::float8 as f8, r.n::float4 as f4,
       case when r.b then 'error' when not r.b then 'filter' end::action_log_type as word, r.ji::char(5) as padded
     from jsonb_to_recordset((:data)::jsonb)
       as r(t text, j jsonb, ji text, n numeric, b boolean, at timestamptz, i8 bigint, u uuid, i4 integer, i2 smallint)`,
    {
      columns: [
        ...["t text", "j json", "id_text id", "n number", "b boolean", "at instant", "i8 number", "u id", "v text"],
        ...["js json", "jt json", "na text", "i8_id id", "i4 number", "i4_id id", "i2 number", "i2_id id", "o id"],
        ...["f8 number", "f4 number", "word text", "padded text"],
      ],
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
  /** As Postgres reads it, with microseconds, and with BC instead of years below one. */
  const instant = (range: { min: Date; max: Date }) =>
    fc.tuple(fc.date({ ...range, noInvalidDate: true }), fc.nat(999)).map(([date, micros]) => {
      const year = date.getUTCFullYear();
      const rest = date.toISOString().replace(/^[+-]?\d+/, "");
      const digits = String(year > 0 ? year : 1 - year).padStart(4, "0");
      return `${digits}${rest.replace("Z", `${String(micros).padStart(3, "0")}Z`)}${year > 0 ? "" : " BC"}`;
    });
  const row = fc.record({
    t: fc.option(text),
    j: fc.option(fc.oneof(text, fc.integer(), fc.dictionary(text, text, { maxKeys: 3 }))),
    ji: fc.option(text),
    n: fc.option(
      fc.oneof(
        fc.double({ min: -1e30, max: 1e30, noNaN: true }).map((value) => (Math.abs(value) < 1e-30 ? 0 : value)),
        fc.constantFrom("Infinity", "-Infinity", "NaN", "12.500", "-0.00", "1e30"),
      ),
    ),
    b: fc.option(fc.boolean()),
    at: fc.option(
      fc.oneof(
        instant({ min: new Date("1900-01-01"), max: new Date("2250-01-01") }),
        // All that Postgres has room for, far beyond what happened.
        instant({ min: new Date("-004712-01-02T00:00:00Z"), max: new Date("+030000-01-01T00:00:00Z") }),
        fc.constantFrom("infinity", "-infinity", "0044-03-15 12:00:00.000001Z BC", "0099-12-31 23:59:59.999999Z"),
      ),
    ),
    i8: fc.option(
      fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -20n, max: 20n })).map(String),
    ),
    u: fc.option(fc.uuid()),
    i4: fc.option(fc.oneof(fc.integer(), fc.integer({ min: -11, max: 110 }))),
    i2: fc.option(fc.integer({ min: -32768, max: 32767 })),
  });

  const header = `${everything.header.columns.map(({ name }) => name).join(",")}\n`;

  test("for any rows, and equal to csv-stringify's own quoting of guarded texts", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      await fc.assert(
        fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (data) => {
          const [bulk, slow] = await both(snapshot, everything, { data: JSON.stringify(data) });
          expect(bulk).toBe(slow);
          const first = stringify(data.map(({ t }) => [t === null ? null : guardFormula(t), "x"]));
          expect(bulk.startsWith(header)).toBe(true);
          if (data.length === 1) expect(bulk.slice(header.length).startsWith(first.slice(0, -2))).toBe(true);
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
        (4, '2026-11-01 05:59:59.999999Z', -0.0, '-Infinity', 0, 'null'),
        (5, '0044-03-15 12:00:00.0009Z BC', 1e-20, 'NaN', -9, ' '),
        (6, '0001-12-31 23:59:59.999999Z BC', 1e20, 5e-324, 10, '"'),
        (7, '9999-12-31 23:59:59.999999Z', 0, 0, -10, ','),
        (8, '10000-01-01 00:00:00.001Z', 0, 0, 99, 'a' || chr(13)),
        (9, '4713-11-24 00:00:00Z BC', 0, 0, 100, chr(10)),
        (10, '1999-12-31 23:59:59.9999Z', 0, 0, -9007199254740992, '-'),
        (11, '0099-02-28 00:00:00Z', 0, 0, 999999999999, '日本,')) as v(k, at, n, f, i, t) order by k`,
      { columns: ["k number", "at instant", "n number", "f number", "i number", "t text"] },
    );
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const [bulk, slow] = await both(snapshot, edges);
      expect(slow).toBe(bulk);
      expect(bulk).toBe(
        "k,at,n,f,i,t\n" +
          "1,infinity,NaN,0.30000000000000004,9223372036854775807,\n" +
          "2,-infinity,Infinity,1e+300,-9223372036854775808,\n" +
          "3,1969-12-31T23:59:59.999Z,12.500,1e-07,9007199254740993,\\.\n" +
          "4,2026-11-01T05:59:59.999Z,0.0,-Infinity,0,null\n" +
          "5,-000043-03-15T12:00:00.000Z,0.00000000000000000001,NaN,-9, \n" +
          '6,0000-12-31T23:59:59.999Z,100000000000000000000,5e-324,10,""""\n' +
          '7,9999-12-31T23:59:59.999Z,0,0,-10,","\n' +
          '8,+010000-01-01T00:00:00.001Z,0,0,99,"a\r"\n' +
          '9,-004712-11-24T00:00:00.000Z,0,0,100,"\'\n"\n' +
          "10,1999-12-31T23:59:59.999Z,0,0,-9007199254740992,'-\n" +
          '11,0099-02-28T00:00:00.000Z,0,0,999999999999,"日本,"\n',
      );
    });
  });

  test("in the last instant that Postgres knows, where Date has none", async () => {
    const last = queryOf("select '294276-12-31 23:59:59.999999Z'::timestamptz as at", { columns: ["at instant"] });
    await withSnapshot(database.readerUrl, async (snapshot) => {
      expect(await textOf(copyCsv(snapshot, last, {}))).toBe("at\n+294276-12-31T23:59:59.999Z\n");
    });
  });

  test("for texts that are larger than what is read or written at once", async () => {
    const huge = queryOf(
      `select k, case when k % 5 > 0 then repeat(chr(64 + k) || case when k % 2 = 0 then '"é,' else 'ü-' end, 1 << k) end as t,
         case when k % 3 = 0 then null else k end as n
       from generate_series(1, 18) k order by k desc`,
      { columns: ["k number", "t text", "n number"] },
    );
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const [bulk, slow] = await both(snapshot, huge);
      expect(bulk.length).toBeGreaterThan(1_000_000);
      expect(bulk === slow).toBe(true);
    });
  });

  test("for a result without rows: the header alone", async () => {
    const none = queryOf("select 1 as a, 'x' as b where false", { columns: ["a number", "b text"] });
    await withSnapshot(database.readerUrl, async (snapshot) => {
      expect(await both(snapshot, none)).toEqual(["a,b\n", "a,b\n"]);
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
      const [bulk, slow] = await both(snapshot, many);
      expect(bulk === slow).toBe(true);
      const keys = bulk
        .trimEnd()
        .split("\n")
        .slice(1)
        .map((line) => line.split(",")[1] as string);
      expect(keys).toEqual([...keys].sort());
    });
  });
});

describe("row by row", () => {
  const owned = queryOf(
    `select case when i % 3 > 0 then 'org-' || (i % 3) end as organization, i as n, repeat('=', i % 4) as t
     from generate_series(1, 30000) i order by i`,
    { columns: ["organization text", "n number", "t text"] },
  );

  test("the same bytes come with the texts that were asked for", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const lines: string[] = [];
      const organizations = new Set<string>();
      await copyCsvRows(snapshot, owned, {}, [0, 2], ({ bytes, texts }: CsvRow) => {
        lines.push(Buffer.from(bytes).toString());
        organizations.add(texts[0] as string);
        expect(texts[1]).toMatch(/^=*$/);
        return undefined;
      });
      expect(`organization,n,t\n${lines.join("")}`).toBe(await textOf(copyCsv(snapshot, owned, {})));
      expect([...organizations].sort()).toEqual(["", "org-1", "org-2"]);
    });
  });

  test("nothing more is read while a row's promise is open", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      let open = 0;
      let waited = 0;
      let seen = 0;
      await copyCsvRows(snapshot, owned, {}, [], () => {
        // Rows that came with the one that waits may follow it at once, and no others.
        if (open === 0 && seen++ % 1000 === 0) {
          open++;
          waited++;
          const before = snapshot.session.socket.bytesRead;
          return new Promise((resolve) => setTimeout(resolve, 20)).then(() => {
            open--;
            // What was on its way already fills the socket's own buffer at most.
            expect(snapshot.session.socket.bytesRead - before).toBeLessThan(300_000);
          });
        }
        return undefined;
      });
      expect(waited).toBeGreaterThan(2);
    });
  });

  test("an error of a row, or of what it waits for, ends the statement and is thrown on", async () => {
    await withSnapshot(database.readerUrl, async (snapshot) => {
      const throwing = copyCsvRows(snapshot, owned, {}, [], () => {
        throw new RangeError("row");
      });
      await expect(throwing).rejects.toThrow("row");
      const rejecting = copyCsvRows(snapshot, owned, {}, [], () => Promise.reject(new RangeError("disk")));
      await expect(rejecting).rejects.toThrow("disk");
      expect((await textOf(copyCsv(snapshot, owned, {}))).split("\n")).toHaveLength(30_002);
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
