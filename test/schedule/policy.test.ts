import { describe, expect, it } from "vitest";
import { parseCron } from "../../src/schedule/cron.ts";
import { dueBetween } from "../../src/schedule/due.ts";
import { type CatchUp, decide } from "../../src/schedule/policy.ts";
import { DAY, formatInstant, HOUR, MINUTE, parseInstant } from "../../src/time/instant.ts";

const NOW = parseInstant("2026-11-20T12:00:30Z") as number;
const HOURLY = parseCron("0 * * * *");

/** The hours that run after the scheduler was away since `away` ago. */
function runsAfter(away: number, catchUp: CatchUp, maxAge = 2 * DAY): string[] {
  const dueTimes = dueBetween(HOURLY, "UTC", NOW - away, NOW).map(({ at }) => at);
  return decide({ dueTimes, now: NOW, catchUp, maxAge, busy: [] })
    .filter(({ skip }) => skip === undefined)
    .map(({ dueAt }) => formatInstant(dueAt).slice(5, 16));
}

describe("after a time without a scheduler", () => {
  it.each<[string, number, CatchUp, string[]]>([
    ["five minutes", 5 * MINUTE, "all", ["11-20T12:00"]],
    ["five minutes", 5 * MINUTE, "latest", ["11-20T12:00"]],
    ["five minutes", 5 * MINUTE, "none", ["11-20T12:00"]],
    ["five hours", 5 * HOUR, "all", ["11-20T08:00", "11-20T09:00", "11-20T10:00", "11-20T11:00", "11-20T12:00"]],
    ["five hours", 5 * HOUR, "latest", ["11-20T12:00"]],
    ["five hours", 5 * HOUR, "none", ["11-20T12:00"]],
  ])("%s, %s: %s", (_, away, catchUp, expected) => {
    expect(runsAfter(away, catchUp)).toEqual(expected);
  });

  it("five days, all: nothing older than the limit", () => {
    expect(runsAfter(5 * DAY, "all")).toHaveLength(48);
    expect(runsAfter(5 * DAY, "all", DAY)).toHaveLength(24);
    expect(runsAfter(5 * DAY, "latest", DAY)).toEqual(["11-20T12:00"]);
    expect(runsAfter(5 * DAY, "none")).toEqual(["11-20T12:00"]);
    expect(runsAfter(5 * DAY, "all", 6 * DAY)).toHaveLength(120);
  });

  it("latest runs the last missed one when nothing is due just now", () => {
    const dueTimes = [NOW - 3 * HOUR, NOW - 2 * HOUR];
    const decisions = decide({ dueTimes, now: NOW, catchUp: "latest", maxAge: DAY, busy: [] });
    expect(decisions.map(({ skip }) => skip)).toEqual(["missed, and a later one is caught up", undefined]);
    expect(decide({ dueTimes, now: NOW, catchUp: "none", maxAge: DAY, busy: [] }).map(({ skip }) => skip)).toEqual([
      "missed, and nothing is caught up",
      "missed, and nothing is caught up",
    ]);
  });
});

describe("while a run of the schedule is at work", () => {
  const busy = [{ from: NOW - 90 * MINUTE, to: NOW - MINUTE }];
  const dueTimes = [NOW - 60 * MINUTE, NOW];

  it("a due time is skipped, and the next one runs", () => {
    expect(decide({ dueTimes, now: NOW, catchUp: "latest", maxAge: DAY, busy })).toEqual([
      { dueAt: NOW - 60 * MINUTE, skip: "still running" },
      { dueAt: NOW, skip: undefined },
    ]);
  });

  it("also when it has not ended", () => {
    const still = [{ from: NOW - 90 * MINUTE, to: undefined }];
    expect(decide({ dueTimes, now: NOW, catchUp: "none", maxAge: DAY, busy: still }).map(({ skip }) => skip)).toEqual([
      "still running",
      "still running",
    ]);
  });

  it("is owed its run under `all`", () => {
    const skips = decide({ dueTimes, now: NOW, catchUp: "all", maxAge: DAY, busy }).map(({ skip }) => skip);
    expect(skips).toEqual([undefined, undefined]);
  });

  it("the due time that the run itself is for does not count as overrun", () => {
    const own = [{ from: NOW, to: undefined }];
    expect(
      decide({ dueTimes: [NOW], now: NOW + 1, catchUp: "latest", maxAge: DAY, busy: own })[0]?.skip,
    ).toBeUndefined();
  });
});
