import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatResult, type ResultFormat } from "../../src/query/format.ts";
import type { ResultColumn } from "../../src/source/header.ts";
import type { Row } from "../../src/source/value-types.ts";
import { unguarded } from "../output/unguarded.ts";

const COLUMNS: ResultColumn[] = [
  { name: "name", type: "text", description: "" },
  { name: "items", type: "number", description: "" },
  { name: "at", type: "instant", description: "" },
  { name: "ok", type: "boolean", description: "" },
  { name: "detail", type: "json", description: "" },
];
const AT = Date.UTC(2026, 10, 20, 14, 2, 11, 123) * 1000 + 999;

async function print(
  format: ResultFormat,
  rows: Row[],
  options: { width?: number; columns?: ResultColumn[]; batch?: number } = {},
) {
  async function* batches() {
    const size = options.batch ?? 1000;
    for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
  }
  let text = "";
  for await (const piece of formatResult(options.columns ?? COLUMNS, batches(), { format, width: options.width }))
    text += piece;
  return text;
}

describe("a table", () => {
  test("is aligned, numbers to the right, and counts its rows", async () => {
    const rows: Row[] = [
      ["ca-dph", 12, AT, true, null],
      ["ignore", null, null, false, '{"a": 1}'],
      ["中文", 3, AT, null, "1"],
    ];
    expect(await print("table", rows)).toBe(
      [
        "name    items  at                        ok     detail",
        "------  -----  ------------------------  -----  --------",
        "ca-dph     12  2026-11-20T14:02:11.123Z  true",
        'ignore                                   false  {"a": 1}',
        "中文        3  2026-11-20T14:02:11.123Z         1",
        "(3 rows)",
        "",
      ].join("\n"),
    );
  });

  test("of nothing still has its head", async () => {
    expect(await print("table", [])).toBe("name  items  at  ok  detail\n----  -----  --  --  ------\n(0 rows)\n");
  });

  const two: ResultColumn[] = [COLUMNS[0] as ResultColumn, { name: "message", type: "text", description: "" }];

  test("fits the terminal by cutting the widest, and says so", async () => {
    const text = await print("table", [["short", "x".repeat(100)]], { width: 40, columns: two });
    const lines = text.split("\n");
    expect(Math.max(...lines.slice(0, 3).map((line) => line.length))).toBe(40);
    expect(lines[2]).toBe(`short  ${"x".repeat(32)}…`);
    expect(text).toMatch(/\(1 row\)\n1 cell was cut \(…\); --format csv or json shows all of it\n$/);
  });

  test("cuts what is longer than its first batch, and counts that too", async () => {
    const rows: Row[] = [
      ["a", "b"],
      ["longer than the head", "c"],
    ];
    const text = await print("table", rows, { columns: two, batch: 1 });
    expect(text).toContain("lon…  c\n");
    expect(text).toMatch(/1 cell was cut/);
  });

  test("shows what would move the cursor or turn the text around as escapes", async () => {
    const text = await print("table", [["a\x1b[2Jb\r\nc\td\u202ee\u200bf\u0085", "ok"]], { columns: two });
    expect(text).toContain("a\\u001b[2Jb\\r\\nc\\td\\u202ee\\u200bf\\u0085");
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test("never prints a line wider than the terminal while its columns can give way", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string(), fc.string({ maxLength: 200 })), { maxLength: 5 }),
        fc.integer({ min: 18, max: 120 }),
        async (rows, width) => {
          const lines = (await print("table", rows, { columns: two, width })).split("\n").slice(0, rows.length + 2);
          for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe("CSV", () => {
  test("is that of the exports", async () => {
    const rows: Row[] = [
      ["=1+1", "12.50", AT, true, '{"a": "-"}'],
      [null, -5, null, false, null],
    ];
    expect(await print("csv", rows)).toBe(
      'name,items,at,ok,detail\n\'=1+1,12.50,2026-11-20T14:02:11.123Z,true,"{""a"": ""-""}"\n,-5,,false,\n',
    );
    expect(await print("csv", [])).toBe("name,items,at,ok,detail\n");
  });

  test("comes back from another parser, in any number of batches", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }))),
        fc.integer({ min: 1, max: 4 }),
        async (texts, batch) => {
          const columns = ["a", "b"].map((name): ResultColumn => ({ name, type: "text", description: "" }));
          const text = await print(
            "csv",
            texts.map((row) => [...row]),
            { columns, batch },
          );
          const back = parse(text, { from_line: 2, relax_column_count: false }) as string[][];
          expect(back.map((row) => row.map(unguarded))).toEqual(
            texts.map((row) => row.map((cell) => cell.replaceAll("\0", "\ufffd"))),
          );
        },
      ),
    );
  });
});

describe("JSON lines", () => {
  test("keep types and digits", async () => {
    const rows: Row[] = [
      ["a\nb", "12345678901234567890.500", AT, true, '{"a":\n [1.0]}'],
      [null, "NaN", Number.POSITIVE_INFINITY, null, "no json\n"],
    ];
    expect(await print("json", rows)).toBe(
      '{"name":"a\\nb","items":12345678901234567890.500,"at":"2026-11-20T14:02:11.123Z","ok":true,"detail":{"a":  [1.0]}}\n' +
        '{"name":null,"items":"NaN","at":"infinity","ok":null,"detail":"no json\\n"}\n',
    );
    expect(await print("json", [])).toBe("");
  });

  test("are one object a line whatever the values hold", async () => {
    const column: ResultColumn[] = [
      { name: "t", type: "text", description: "" },
      { name: "j", type: "json", description: "" },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.json()), { minLength: 1 }), async (rows) => {
        const lines = (
          await print(
            "json",
            rows.map((row) => [...row]),
            { columns: column, batch: 2 },
          )
        )
          .trimEnd()
          .split("\n");
        expect(lines.map((line) => JSON.parse(line))).toEqual(rows.map(([t, j]) => ({ t, j: JSON.parse(j) })));
      }),
    );
  });
});
