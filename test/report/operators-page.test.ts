import { describe, expect, test } from "vitest";
import { OUTCOMES } from "../../src/outcome/words.ts";
import { operatorsPage } from "../../src/report/pages.ts";
import { loadTemplates } from "../../src/report/templates.ts";
import type { Counts } from "../../src/summary/counts.ts";
import type { EarlierFailure, OperatorsSummary } from "../../src/summary/operators/types.ts";
import type { ErrorGroupSummary, FailureSummary, Summary } from "../../src/summary/types.ts";
import { sampleSummary } from "../mail/sample-summary.ts";
import { emptyOperators } from "../support/operators.ts";
import { figuresOf, shownFor, valueAt } from "./page-figures.ts";

const render = loadTemplates();
const AT = "2026-11-20T14:00:00.000Z";
const SECTIONS = [
  ...["last-mile", "connections", "stuck", "quiet", "undelivered", "all-filtered", "errors", "duplicates", "changes"],
  ...["tables", "week", "caveats"],
];

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** A run with so much of everything, and with a name or text in every place that has one. */
function fullSummary(text: (what: string, at: number) => string, scale: number): Summary {
  const organizations = many(5 * scale, (at) => ({ name: text("organization", at), submitted: { delivered: at } }));
  const summary = sampleSummary(organizations);
  const earlierItems = many(27, (at) => 1000 * at);
  for (const row of [...summary.receivers, ...summary.senders]) row.earlierItems = earlierItems;
  const party = (at: number) => `${text("organization", at)}.${text("party", at)}`;
  const earlier = (at: number): EarlierFailure => ({
    ...{ reportId: "", receiver: party(at), organization: text("organization", at), fileName: text("file", at) },
    ...{ items: at, state: "open", lastFailedAt: AT, errorFamily: text("family", at), error: text("error", at) },
    ...{ resentAt: null, recoveredAt: null, expiresAt: "2026-11-25T14:00:00.000Z" },
  });
  const failure = (at: number): FailureSummary => ({ ...earlier(at), firstFailedAt: AT, attempts: 1, senders: [] });
  const group = (at: number): ErrorGroupSummary => ({
    ...{ status: null, type: at % 2 ? "error" : "filter", scope: "item", errorCode: text("code", at) },
    ...{
      field: text("field", at),
      message: `${text("message", at)} `.repeat(5),
      sender: party(at),
      receiver: party(at),
    },
    ...{ count: at, submissions: at, items: at, firstSeen: AT, lastSeen: AT },
  });
  const counts = emptyOperators().lastMile;
  const operators: OperatorsSummary = {
    ...emptyOperators(),
    verdict: {
      level: "action",
      facts: [{ level: "action", text: text("fact", 0), acts: "sender", section: "errors" }],
    },
    lastMile: {
      ...counts,
      receivers: many(5 * scale, (at) => ({
        ...{ ...counts, receiver: party(at), organization: text("organization", at), firstFailedAt: AT },
        errorFamilies: [text("family", at)],
      })),
    },
    earlierFailures: { from: AT, failures: many(50 * scale, earlier) },
    connections: {
      ...{ from: AT, up: 1234, notChecked: 2, unchecked: many(5 * scale, party) },
      down: many(5 * scale, (at) => ({
        ...{ receiver: party(at), organization: text("organization", at), downSince: AT, isFirstKnown: at % 2 === 0 },
        ...{
          failedChecks: at,
          errorFamily: text("family", at),
          lastSuccessAt: null,
          lastCheckAt: AT,
          waitingFiles: at,
        },
        ...{ waitingItems: at, failedFiles: at, failedItems: at, sameErrorBefore: at },
      })),
    },
    stuck: {
      stuckTasks: 9,
      steps: many(10, (at) => ({
        ...{ step: text("step", at), tasks: at, items: at, oldestAt: AT, stuckTasks: at, stuckItems: at },
        ...{ oldestStuckAt: AT, messageLostAt: null },
      })),
    },
    undelivered: many(20 * scale, (at) => ({
      ...{ outcome: at % 2 ? "stuck" : "failed", acts: "reportstream", reason: text("reason", at) },
      ...{ items: at, itemsAndReceivers: at, oldestSubmittedAt: AT },
    })),
    duplicates: {
      ...{ totalItems: 1, totalFiles: 2 },
      items: many(5 * scale, (at) => ({
        ...{ receiver: party(at), organization: text("organization", at), cause: "in several files" },
        ...{ items: at, copies: at, mostTimes: at },
      })),
      files: many(5 * scale, (at) => ({
        ...{
          receiver: party(at),
          organization: text("organization", at),
          cause: "operator resend",
          files: at,
          items: at,
        },
      })),
    },
    settingChanges: {
      ...{ from: AT, to: AT },
      changes: many(5 * scale, (at) => ({
        ...{ changedAt: AT, changedBy: text("staff", at), type: "receiver", organization: text("organization", at) },
        ...{ fullName: party(at), version: at, change: "changed", paths: [text("path", at)] },
      })),
    },
    lookupTables: {
      tables: 5 * scale,
      notActive: many(5 * scale, (at) => ({
        ...{ table: text("table", at), activeVersion: null, newestVersion: at, newestCreatedAt: AT },
        newestCreatedBy: text("staff", at),
      })),
    },
    week: {
      ...{ judged: true, isoWeek: "2026-W47", friday: "2026-11-20", missingDays: [], routed: 5000, sent: 4999 },
      ...{ percent: 99.98, settledFrom: AT, provisional: true },
      days: [
        {
          ...{ date: "2026-11-19", lastDate: "2026-11-19", folder: text("folder", 0), routed: 1, sent: 2 },
          ...{ percent: 3.5, settled: false },
        },
      ],
    },
    caveats: [{ kind: "settings", acts: "reportstream", text: text("caveat", 0) }],
  };
  return {
    ...summary,
    timeline: { step: "hour", steps: [{ from: AT, counts: counts9 }] },
    earlierDays: many(27, (at) => ({
      date: new Date(Date.UTC(2026, 9, 24 + at)).toISOString().slice(0, 10),
      ...{ byItem: counts9, byItemAndReceiver: counts9 },
    })),
    failures: many(50 * scale, failure),
    errorGroups: many(100 * scale, group),
    unmappedCodes: many(10 * scale, (at) => ({
      ...{ code: text("code", at), sender: party(at), count: at, firstSeen: AT, lastSeen: AT, isNew: true },
    })),
    allFiltered: many(5 * scale, (at) => ({
      ...{ sender: party(at), organization: text("organization", at), filtered: at, items: at },
      filters: [text("filter", at)],
    })),
    silence: {
      ...{ judged: true, comparedDays: ["2026-11-13"] },
      quiet: many(5 * scale, (at) => ({
        ...{ kind: "pair", name: party(at), receiver: party(at), state: "nothing", usualItems: at, items: 0 },
        lastSeen: null,
      })),
      receiversWithNothing: many(5 * scale, (at) => ({
        ...{ receiver: party(at), organization: text("organization", at), usualItems: 0, items: at, lastSeen: AT },
      })),
      pairs: {
        ...{ comparedRuns: 1, earlierRuns: 1, knownSince: "2026-11-13" },
        firstSeen: many(5 * scale, (at) => ({ sender: party(at), receiver: party(at), items: at })),
      },
    },
    operators,
  };
}

/** Each outcome with a number of its own. */
const counts9 = Object.fromEntries(OUTCOMES.map((outcome, at) => [outcome, 11 * (at + 1)])) as Counts;

const ordinary = (what: string, at: number) => `${what}-${at}`;

test("sections stand in the order of the morning's checklist", () => {
  const html = operatorsPage(fullSummary(ordinary, 1), render);
  const ids = [...html.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids.filter((id) => SECTIONS.includes(id as string))).toEqual(SECTIONS);
  for (const id of html.matchAll(/<a href="#([^"]+)"/g)) expect(html).toContain(`id="${id[1]}"`);
});

test("every figure is the one of its place in summary.json, also where a list is sorted or cut", () => {
  const summary = fullSummary(ordinary, 20);
  const figures = figuresOf(operatorsPage(summary, render));
  expect(figures.length).toBeGreaterThan(3000);
  for (const { of, text } of figures) expect(shownFor(valueAt(summary, of)), of).toContain(text);
});

test("every section is there when there is nothing, says so, and has no empty table", () => {
  const summary = { ...sampleSummary([]), operators: emptyOperators() };
  const html = operatorsPage(summary, render);
  for (const id of SECTIONS) expect(html).toContain(`<section id="${id}"`);
  const tables = [...html.matchAll(/<tbody>([\s\S]*?)<\/tbody>/g)];
  expect(tables.length).toBeGreaterThan(14);
  for (const [, body = ""] of tables) expect(body).toContain("none");
  expect(html).toContain('<p class="verdict verdict-clear"><strong>All clear:</strong>');
});

test("a run of an older version says what it has not looked at, and shows the rest", () => {
  const { operators: _, timeline: _t, earlierDays: _d, deliveryTimeLimits: _l, ...older } = fullSummary(ordinary, 1);
  const html = operatorsPage(older as Summary, render);
  expect(html.match(/Not looked at: this run was made by an older version/g)?.length).toBeGreaterThan(5);
  expect(html).toContain("code-3");
});

test("a run that was limited to organizations says what was left out", () => {
  const operators = { ...emptyOperators(), stuck: { steps: null, stuckTasks: 0 }, lookupTables: null };
  const html = operatorsPage({ ...sampleSummary([]), operators }, render);
  expect(html).toContain("The queue was left out");
  expect(html).toContain("tables are nobody's alone");
});

describe("text from the database", () => {
  test.each([
    "<img src=x onerror=alert(1)>",
    "\"'><script>alert(1)</script>",
    "{{constructor}} {{{this}}}",
    "</td></tr>",
  ])("%s stays text everywhere", (evil) => {
    const plain = operatorsPage(
      fullSummary((what) => what, 1),
      render,
    );
    const html = operatorsPage(
      fullSummary(() => evil, 1),
      render,
    );
    const tags = (page: string) => page.match(/<\/?[a-z]+/g)?.length;
    expect(tags(html)).toBe(tags(plain));
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html).not.toContain("<img");
  });
});

test("10,000 groups, 500 of everybody and names of 60 characters stay below a megabyte, and say what is cut", () => {
  const long = (what: string, at: number) => `${what}-${at}`.padEnd(60, "x");
  const html = operatorsPage(fullSummary(long, 100), render);
  expect(Buffer.byteLength(html)).toBeLessThan(1_000_000);
  expect(html).toContain('and 9,950 more in <a href="error-groups.csv">error-groups.csv</a>');
  expect(html).toContain('and 9,950 more in <a href="attention.csv">attention.csv</a>');
  // Those with most items are shown.
  expect(html).toContain('and 250 more in <a href="summary.csv">summary.csv</a>');
  expect(html).toContain('<tr data-of="senders.499">');
  expect(html).not.toContain('<tr data-of="senders.5">');
});
