import { describe, expect, test } from "vitest";
import { parseQuery } from "../../src/source/query-file.ts";

function faultsOf(text: string): string[] {
  const { faults } = parseQuery({ name: "q", file: "q.sql", origin: "own" }, text);
  return faults.map(({ line, message }) => `${line}: ${message}`);
}

const GOOD = `-- title: Failures of a window
-- row: one file
--   that failed for good
--
-- param: from timestamptz required - failed at or after this instant
-- param: organization text optional - only this receiver's
-- param: lines integer default 100 - at most this many
-- param: ids uuid[] optional - only these
-- column: report_id id - the file
-- column: receiving_org text - whose it is
-- column: failed_at instant - when
-- reads: report_file, public.action
-- order: failed_at, report_id
-- cost: little
-- organization: receiving_org
-- export: failed-files.csv split
-- uses: adhoc, engine
-- An ordinary comment must stand below the header.
`;

describe("a header", () => {
  test("is read whole, with its continued lines", () => {
    const text = `${GOOD.replace(/-- An ordinary.*\n/, "")}select :from, :organization, :lines, :ids -- note\n;\n`;
    const { query, faults } = parseQuery({ name: "q", file: "q.sql", origin: "own" }, text);
    expect(faults).toEqual([]);
    expect(query.header).toEqual({
      title: "Failures of a window",
      row: "one file that failed for good",
      parameters: [
        {
          name: "from",
          type: "timestamptz",
          presence: "required",
          fallback: undefined,
          description: expect.any(String),
        },
        {
          name: "organization",
          type: "text",
          presence: "optional",
          fallback: undefined,
          description: "only this receiver's",
        },
        { name: "lines", type: "integer", presence: "default", fallback: "100", description: "at most this many" },
        { name: "ids", type: "uuid[]", presence: "optional", fallback: undefined, description: "only these" },
      ],
      columns: [
        { name: "report_id", type: "id", description: "the file" },
        { name: "receiving_org", type: "text", description: "whose it is" },
        { name: "failed_at", type: "instant", description: "when" },
      ],
      reads: ["report_file", "public.action"],
      order: "failed_at, report_id",
      cost: "little",
      organization: ["receiving_org"],
      export: { file: "failed-files.csv", split: true },
      uses: ["adhoc", "engine"],
    });
    expect(query.sql).toBe("select :from, :organization, :lines, :ids -- note\n");
    expect(query.bodyLine).toBe(18);
  });

  test("tells all its faults at once, each with its line", () => {
    const text = `-- title: A
-- title: B
-- rows: many
-- param: from timestamp required - what
-- param: to timestamptz required what
-- param: spare text optional - what
-- param: spare text optional - what
-- param: n integer default x - what
-- column: a text - what
-- column: a text - what
-- column: b date - what
-- organization: c
-- export: ../x.csv whole
-- uses: often
-- reads: a; b
A free line is no comment
`;
    expect(faultsOf(text)).toEqual([
      '1: the header has no "row:"',
      '1: the header has no "order:"',
      '1: the header has no "cost:"',
      '2: "title:" is here a second time',
      expect.stringMatching(/^3: the header key "rows" is not known; known are title, row/),
      expect.stringMatching(/^4: parameter "from" has the type "timestamp"; known are text/),
      expect.stringMatching(/^5: "param:" is written: name type/),
      '6: parameter "spare" is declared and nowhere used',
      '7: parameter "spare" is declared a second time',
      '8: parameter "n" is declared and nowhere used',
      '8: the default of "n" is "x", and must be a whole number',
      '10: column "a" is declared a second time',
      expect.stringMatching(/^11: column "b" has the type "date"; known are text, id/),
      '12: "organization:" names "c", which is no column of the header',
      '13: "export:" is written: file-name.csv whole|split',
      '14: "uses:" has "often"; known are adhoc, engine',
      '15: "reads:" has "a; b", which is no table\'s name',
      '16: the statement starts with "a"; a query starts with select, with, values, table',
    ]);
  });

  const shell = (more: string, statement = "select 1 as a") =>
    `-- title: t\n-- row: r\n-- column: a number - a\n-- reads: x\n-- cost: c\n-- order: a\n${more}${statement}`;

  test.each([
    ["a plain comment among the keys", "-- just saying\n", /^7: a header line is/],
    ["a key without a value", "-- uses:\n", /^7: "uses:" is empty/],
    ["a key without its blank", "--uses: adhoc\n", /^7: a header line is/],
    [
      "an export that needs a parameter",
      "-- param: org text required - o\n-- export: x.csv whole\n",
      /^8: an export cannot need/,
    ],
    [
      "an export with another type",
      "-- param: from date required - o\n-- export: x.csv whole\n",
      /^8: a run gives .*as timestamptz/,
    ],
    ["a split export without organization", "-- export: x.csv split\n", /^7: an export that is split needs/],
    [
      "an export for one organization only",
      "-- param: organization text required - o\n-- export: x.csv whole\n",
      /as optional/,
    ],
    ["an organization that is a number", "-- organization: a\n", /^7: the organization's column "a" is number/],
  ])("refuses %s", (_name, more, fault) => {
    const used = [...more.matchAll(/param: (\w+)/g)].map(([, name]) => `, :${name}`).join("");
    expect(faultsOf(shell(more, `select 1 as a${used}`))[0]).toMatch(fault);
  });

  test.each([
    ["nothing", "", /^7: there is no statement/],
    ["two statements", "select 1;\nselect 2", /^8: .*here starts another/],
    ["a write", "delete from action", /^7: the statement starts with "delete"/],
    ["a parameter that is not declared", "select\n :who", /^8: :who is not declared/],
    ["an open bracket", "select\n\n(1", /^9: a "\(" is not closed/],
  ])("refuses %s below it", (_name, statement, fault) => {
    expect(faultsOf(shell("", statement))[0]).toMatch(fault);
  });

  test("of an export needs an order", () => {
    expect(faultsOf(shell("-- export: x.csv whole\n").replace("order: a", "order: none"))[0]).toMatch(
      /an export needs an order/,
    );
  });
});
