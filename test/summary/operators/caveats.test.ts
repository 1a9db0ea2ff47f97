import { expect, test } from "vitest";
import { type CaveatFacts, caveatsOf } from "../../../src/summary/operators/caveats.ts";
import { parseInstant } from "../../../src/time/instant.ts";

const SETTLED = parseInstant("2026-11-22T06:00:00Z") as number;
const facts = (some: Partial<CaveatFacts> = {}): CaveatFacts => ({
  ...{ limitedTo: [], pairs: [], failures: [], receivers: [], timeZone: "America/New_York" },
  ...{ previousRun: { folder: "2026-11-19", window: { from: "", to: "", timeZone: "" } } },
  ...{ errorRows: { rows: 0, doubledFilterResults: 0, withoutMessage: 0 }, silence: { judged: false, reason: "" } },
  ...{ settledAt: SETTLED, readAt: SETTLED, asOf: undefined, unmasked: false, gaps: [] },
  knownReceivers: new Set(["a.elr"]),
  ...some,
});
const kinds = (some: Partial<CaveatFacts>) => caveatsOf(facts(some)).map(({ kind }) => kind);
const text = (some: Partial<CaveatFacts>) => caveatsOf(facts(some))[0]?.text;

test("acceptance is never known, and of an ordinary settled run nothing else is to be said", () => {
  expect(kinds({})).toEqual(["acceptance"]);
});

test("a run before its window has settled says until when", () => {
  expect(text({ readAt: SETTLED - 1 })).toContain("until Sun Nov 22 2026 01:00 (America/New_York)");
});

test.each<[Partial<CaveatFacts>, string[]]>([
  [{ limitedTo: ["a"] }, ["limited", "acceptance"]],
  [{ unmasked: true }, ["unmasked", "acceptance"]],
  [{ asOf: 0 }, ["as of", "acceptance"]],
  [{ previousRun: null }, ["no earlier run", "acceptance"]],
  [{ failures: [{ items: null } as never] }, ["unknown files", "acceptance"]],
  [{ errorRows: { rows: 9, doubledFilterResults: 0, withoutMessage: 2 } }, ["error groups", "acceptance"]],
  [{ pairs: [{ topic: "full-elr" } as never] }, ["universal pipeline", "acceptance"]],
  [{ pairs: [{ topic: "covid-19" } as never, { topic: "" } as never] }, ["acceptance"]],
])("%j", (some, expected) => {
  expect(kinds(some)).toEqual(expected);
});

test("missing settings are told as such, and receivers without one by name", () => {
  expect(text({ knownReceivers: new Set() })).toContain("no setting of any receiver");
  const receivers = ["a.elr", "b.elr"].map((receiver) => ({ receiver }) as never);
  expect(text({ receivers })).toBe("No setting is in force for b.elr, which had items or files in this window.");
});

test("missing months are one caveat a table, whatever their number", () => {
  const gaps = Array.from({ length: 9 }, (_, year) => ({
    table: "action_log",
    from: `201${year}-05`,
    to: `201${year}-06`,
  }));
  const found = caveatsOf(facts({ gaps: [...gaps, { table: "every table", from: "2009-01", to: "2009-01" }] }));
  expect(found.map(({ kind }) => kind)).toEqual(["missing months", "missing months", "acceptance"]);
  expect(found[0]?.text).toMatch(/^action_log has nothing of 2010-05 to 2010-06, .* and 4 more: /);
  expect(found[1]?.text).toMatch(/^No table has anything of 2009-01: /);
});
