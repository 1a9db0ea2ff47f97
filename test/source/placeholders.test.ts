import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scanStatement } from "../../src/source/placeholders.ts";

function names(sql: string): string[] {
  return scanStatement(sql).segments.flatMap((segment) => (segment.kind === "placeholder" ? [segment.name] : []));
}

function rebuilt(sql: string): string {
  const { segments } = scanStatement(sql);
  return segments.map((segment) => (segment.kind === "text" ? segment.text : `:${segment.name}`)).join("");
}

describe("what is a placeholder", () => {
  test.each([
    ["select :a, :b_2", ["a", "b_2"]],
    ["select :a::text, x::int, (:b)::uuid[]", ["a", "b"]],
    ["select ':a', 'it''s :b', :c", ["c"]],
    ["select E'it\\'s :a', e'\\\\', :b", ["b"]],
    ["select '\\', :a", ["a"]],
    ['select ":a" as "x"":b", :c', ["c"]],
    ["select 1 -- :a\n, :b", ["b"]],
    ["select /* :a /* :b */ :c */ :d", ["d"]],
    ["select $$ :a $$, $t$ :b $$ :c $t$, :d", ["d"]],
    ["select a$b$ :a", ["a"]],
    ["select f(n := 1, m => :a)", ["a"]],
    ["select a[1:2], a[1 : :b]", ["b"]],
    ["select '{\"a\": 1}'::jsonb ->> :key", ["key"]],
    ["select 1 where x ~ ':a' and :b is null or y = :b", ["b", "b"]],
    ["select U&'\\0041:a', B'01', N':b', :c", ["c"]],
  ])("%s", (sql, expected) => {
    expect(names(sql)).toEqual(expected);
    expect(scanStatement(sql).faults).toEqual([]);
    expect(rebuilt(sql)).toBe(sql);
  });

  // Pieces that must neither hide a placeholder behind them nor show one inside.
  const piece = fc.oneof(
    fc.string().map((text) => `'${text.replaceAll("'", "''")}'`),
    fc.string({ minLength: 1 }).map((text) => `"${text.replaceAll('"', '""')}"`),
    fc.string().map((text) => `E'${text.replace(/[\\']/g, "\\$&")}'`),
    fc.string().map((text) => `--${text.replace(/\n/g, " ")}\n`),
    fc.string().map((text) => `/*${text.replace(/[*/]/g, ":x")}*/`),
    fc.string().map((text) => `$q$${text.replaceAll("$", ":y")}$q$`),
    fc.constantFrom("(1)", "[2]", "x::int", "a := 1", ";", "::text", " 3.5e7 ", "<>", "->>"),
  );

  test("any mixture of quoted pieces leaves exactly the placeholders between them", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, fc.option(fc.constantFrom("a", "b", "c_1")))), (parts) => {
        const sql = parts.map(([text, name]) => `${text} ${name === null ? "" : `:${name} `}`).join("");
        const scan = scanStatement(sql.replaceAll(";", ","));
        const expected = parts.flatMap(([, name]) => (name === null ? [] : [name]));
        const found = scan.segments.flatMap((segment) => (segment.kind === "placeholder" ? [segment.name] : []));
        expect(found).toEqual(expected);
        expect(scan.faults).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("one statement", () => {
  test.each([
    ["select 1;", undefined],
    ["select 1; -- done\n /* really */ ", undefined],
    ["select ';' || $$;$$", undefined],
    ["select 1; drop table x", 10],
    ["select 1;; select 2", 11],
  ])("%s", (sql, second) => {
    expect(scanStatement(sql).secondStatementAt).toBe(second);
  });

  test("ends before its semicolon, and what stands behind is not sent", () => {
    expect(rebuilt("select 1 ; -- note")).toBe("select 1 ");
    expect(rebuilt("select 1 -- note")).toBe("select 1 -- note");
  });

  test.each([
    ["select 'open", /a string is not closed/],
    ['select "open', /quoted name is not closed/],
    ["select /* /* */ 1", /comment/],
    ["select $x$ open $y$", /dollar quote \$x\$/],
    ["select (1", /"\(" is not closed/],
    ["select 1)", /"\)" closes nothing/],
    ["select a[1)", /closes nothing/],
    ["select $1", /numbered parameter/],
  ])("%s", (sql, message) => {
    expect(scanStatement(sql).faults[0]?.message).toMatch(message);
  });

  test("brackets cannot close the COPY around a query", () => {
    expect(scanStatement("select 1) to stdout; drop table x; select (2").faults).not.toEqual([]);
  });
});
