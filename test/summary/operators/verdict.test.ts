import { describe, expect, test } from "vitest";
import { noCounts } from "../../../src/summary/counts.ts";
import type { OperatorsSummary } from "../../../src/summary/operators/types.ts";
import { type VerdictSource, verdictOf, verdictOfRun, verdictText } from "../../../src/summary/operators/verdict.ts";
import { emptyOperators } from "../../support/operators.ts";

type Some = Partial<Omit<VerdictSource, "operators">> & { operators?: Partial<OperatorsSummary> };

const TOTALS = {
  ...{ submissions: 3, rejectedSubmissions: 0, items: 0, byItem: noCounts(), byItemAndReceiver: noCounts() },
  ...{ filesSent: 0, downloads: 0 },
};
const source = ({ operators, ...some }: Some = {}): VerdictSource => ({
  totals: TOTALS,
  allFiltered: [],
  unmappedCodes: [],
  silence: { judged: false, reason: "" },
  operators: { ...emptyOperators(), ...operators },
  ...some,
});
const lastMile = emptyOperators().lastMile;
const line = (receiver: string, newFiles: number) => ({
  ...{ ...lastMile, receivers: undefined },
  ...{ receiver, organization: "", newFiles, firstFailedAt: "", errorFamilies: [] },
});

describe("the level", () => {
  test("is clear where nothing is to be said, and `nothing` where nothing happened", () => {
    expect(verdictOf(source())).toEqual({ level: "clear", facts: [] });
    expect(verdictOf(source({ totals: { ...TOTALS, submissions: 0 } })).level).toBe("nothing");
    expect(verdictOf(source({ totals: { ...TOTALS, submissions: 0, filesSent: 1 } })).level).toBe("clear");
  });

  test("is action for what is broken, look for what is only unusual", () => {
    const unusual = source({ operators: { lookupTables: { tables: 1, notActive: [{} as never] } } });
    expect(verdictOf(unusual)).toMatchObject({
      level: "look",
      facts: [{ text: "1 lookup table with a newer version", section: "tables" }],
    });
    const stuck = { ...TOTALS, byItem: { ...noCounts(), stuck: 2 } };
    const broken = source({ ...unusual, totals: stuck });
    expect(verdictOf(broken)).toMatchObject({
      level: "action",
      facts: [{ text: "2 items stuck", acts: "reportstream" }, { text: "1 lookup table with a newer version" }],
    });
  });
});

describe("the facts", () => {
  test("come gravest first, and name the few whom they are about", () => {
    const { facts } = verdictOf(
      source({
        allFiltered: [{} as never],
        operators: {
          lastMile: {
            ...{ ...lastMile, newFiles: 14, standingFiles: 19, expiringFiles: 1, maybeDeliveredFiles: 2 },
            receivers: [line("oh-odh.elr", 12), line("ks-kdhe.elr", 2), line("old.elr", 0)],
          },
          connections: { ...emptyOperators().connections, down: [{ receiver: "oh-odh.elr" } as never] },
          stuck: { steps: [], stuckTasks: 3 },
          duplicates: { items: [], files: [], totalItems: 39, totalFiles: 1 },
        },
      }),
    );
    expect(facts.map(({ text }) => text)).toEqual([
      "14 files newly failed (oh-odh.elr, ks-kdhe.elr)",
      "1 connection down (oh-odh.elr)",
      "3 tasks in the queue past due",
      "19 files still not sent",
      "1 unsent file expiring soon",
      "2 files maybe delivered",
      "1 sender filtered to 100 %",
      "39 items delivered more than once",
    ]);
  });

  test("begin with sums that do not add up", () => {
    const { facts, level } = verdictOf(source({ totals: { ...TOTALS, items: 5 } }));
    expect(facts[0]?.text).toBe("the sums do not add up");
    expect(level).toBe("action");
  });

  test("count a new code once, however many send it, and no standing one", () => {
    const code = (name: string, isNew: boolean | null) => ({ code: name, isNew }) as never;
    const unmappedCodes = [code("1-8", true), code("1-8", true), code("2-6", false), code("3-4", null)];
    expect(verdictOf(source({ unmappedCodes })).facts).toMatchObject([{ text: "1 new unmapped code" }]);
  });
});

describe("the sentence", () => {
  test("says four facts and how many more there are", () => {
    const facts = ["a", "b", "c", "d", "e", "f"].map((text) => ({ text }));
    expect(verdictText({ level: "action", facts }, 1)).toBe("a, b, c, d, and 2 more");
    expect(verdictText({ level: "action", facts: facts.slice(0, 4) }, 1)).toBe("a, b, c, d");
  });

  test("without facts says what was looked at", () => {
    expect(verdictText({ level: "clear", facts: [] }, 1234)).toBe("nothing to act on, 1,234 submissions");
    expect(verdictText({ level: "nothing", facts: [] }, 0)).toBe("no submission, no file and no failure");
  });
});

test("a run of a version that made no verdict has one from its failures and what is stuck", () => {
  const failures = ["open", "resent", "recovered"].map((state) => ({ state }) as never);
  const totals = { ...TOTALS, byItem: { ...noCounts(), stuck: 4 } };
  expect(verdictOfRun({ failures, totals })).toMatchObject({
    level: "action",
    facts: [{ text: "2 files not sent" }, { text: "4 items stuck" }],
  });
  expect(verdictOfRun({ failures: [], totals: TOTALS }).level).toBe("clear");
  const operators = { ...emptyOperators(), verdict: { level: "look" as const, facts: [] } };
  expect(verdictOfRun({ failures, totals, operators }).level).toBe("look");
});
