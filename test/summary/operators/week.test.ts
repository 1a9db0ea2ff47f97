import { describe, expect, test } from "vitest";
import { type Counts, noCounts } from "../../../src/summary/counts.ts";
import type { JudgedWeek } from "../../../src/summary/operators/types.ts";
import { type DayRun, routedCounts, weekSoFar } from "../../../src/summary/operators/week.ts";
import type { PairSummary } from "../../../src/summary/types.ts";
import { HOUR, parseInstant } from "../../../src/time/instant.ts";
import { resolveWindow, type WindowRequest } from "../../../src/time/window.ts";

const SETTLE = 25 * HOUR;
const LATER = parseInstant("2027-06-01T00:00:00Z") as number;
const window = (request: Partial<WindowRequest>) => resolveWindow({ timeZone: "America/New_York", ...request }, LATER);
const counts = (some: Partial<Counts>): Counts => ({ ...noCounts(), ...some });
const run = (date: string, some: Partial<Counts>, readAt = LATER): DayRun => {
  return { date, lastDate: date, folder: date, counts: counts(some), readAt };
};

describe("a run of one day", () => {
  const thursday = window({ date: "2026-11-19" });
  const own = { counts: counts({ delivered: 90, failed: 10, filtered: 5, unrouted: 3 }), readAt: LATER };
  const earlier = [
    run("2026-11-18", { delivered: 50, downloaded: 49, waiting: 1 }),
    run("2026-11-16", { delivered: 100 }),
    // Of the week before, and of a day that was run after this one.
    run("2026-11-15", { delivered: 1000 }),
    run("2026-11-20", { delivered: 1000 }),
  ];

  test("adds the days of its week before it, and names the one that is missing", () => {
    const week = weekSoFar(thursday, own, earlier, SETTLE) as JudgedWeek;
    expect(week).toMatchObject({ isoWeek: "2026-W47", friday: "2026-11-20", missingDays: ["2026-11-17"] });
    expect(week.days.map(({ date, folder, routed, sent, percent }) => [date, folder, routed, sent, percent])).toEqual([
      ["2026-11-16", "2026-11-16", 100, 100, 100],
      ["2026-11-18", "2026-11-18", 100, 99, 99],
      ["2026-11-19", null, 100, 90, 90],
    ]);
    expect(week).toMatchObject({ routed: 300, sent: 289, percent: 96.33, provisional: true });
  });

  test("is provisional while a day was read before it had settled", () => {
    const end = parseInstant("2026-11-20T05:00:00Z") as number;
    const settled = (readAt: number) => {
      const week = weekSoFar(thursday, { ...own, readAt }, [], SETTLE) as JudgedWeek;
      return week.days[0]?.settled;
    };
    expect(settled(end + SETTLE - 1)).toBe(false);
    expect(settled(end + SETTLE)).toBe(true);
  });
});

describe("a whole week", () => {
  const whole = window({ from: "2026-10-26", to: "2026-11-01" });
  const own = { counts: counts({ delivered: 7 }), readAt: LATER };

  test("is settled 25 hours after its end, on whichever side of a clock change", () => {
    // New York is five hours behind from November 1 on.
    const settledFrom = "2026-11-03T06:00:00.000Z";
    const week = weekSoFar(whole, own, [], SETTLE) as JudgedWeek;
    expect(week).toMatchObject({ isoWeek: "2026-W44", settledFrom, provisional: false, missingDays: [] });
    expect(week.days).toMatchObject([{ date: "2026-10-26", lastDate: "2026-11-01", folder: null, settled: true }]);
    const before = { ...own, readAt: (parseInstant(settledFrom) as number) - 1 };
    expect(weekSoFar(whole, before, [], SETTLE)).toMatchObject({ provisional: true });
  });

  test("counts by the year to which its Thursday belongs", () => {
    const turn = window({ from: "2026-12-28", to: "2027-01-03" });
    expect(weekSoFar(turn, own, [], SETTLE)).toMatchObject({ isoWeek: "2026-W53", friday: "2027-01-01" });
  });
});

test("what has no receiver yet, or never had one, is not routed", () => {
  const pair = (receiver: string, some: Partial<Counts>) =>
    ({ receiver, byItemAndReceiver: counts(some) }) as PairSummary;
  const routed = routedCounts([
    pair("a.elr", { delivered: 1 }),
    pair("", { stuck: 2, unrouted: 3 }),
    pair("b.elr", { stuck: 4 }),
  ]);
  expect(routed).toEqual(counts({ delivered: 1, stuck: 4 }));
});

test("nothing routed is no percentage", () => {
  const day = window({ date: "2026-11-16" });
  const week = weekSoFar(day, { counts: counts({ unrouted: 4 }), readAt: LATER }, [], SETTLE);
  expect(week).toMatchObject({ judged: true, routed: 0, sent: 0, percent: null });
});

test.each([
  ["hours", { from: "2026-11-19T10:00:00Z", to: "2026-11-19T12:00:00Z" }, /whole local days/],
  ["days of two weeks", { from: "2026-11-13", to: "2026-11-17" }, /before the week/],
])("%s are no week", (_, request, reason) => {
  const week = weekSoFar(window(request), { counts: noCounts(), readAt: LATER }, [], SETTLE);
  expect(week).toEqual({ judged: false, reason: expect.stringMatching(reason) });
});
