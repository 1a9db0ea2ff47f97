import { expect, test } from "vitest";
import { noCounts } from "../../src/summary/counts.ts";
import { Durations } from "../../src/summary/duration.ts";
import { stepsOf, TimelineFold } from "../../src/summary/timeline.ts";
import { HOUR, parseInstant } from "../../src/time/instant.ts";

const at = (text: string): number => parseInstant(text) as number;
const zone = "America/New_York";

test("a day has as many hours as the clock made of it", () => {
  const day = (from: string, to: string) => stepsOf({ from: at(from), to: at(to), timeZone: zone });
  expect(day("2026-11-20T05:00:00Z", "2026-11-21T05:00:00Z").starts).toHaveLength(24);
  expect(day("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z").starts).toHaveLength(25);
  expect(day("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z").starts).toHaveLength(23);
});

test("a week is shown by local days, of whatever length", () => {
  const { step, starts } = stepsOf({
    from: at("2026-10-29T04:00:00Z"),
    to: at("2026-11-05T05:00:00Z"),
    timeZone: zone,
  });
  expect(step).toBe("day");
  expect(starts.map((start, index) => (starts[index + 1] ?? start) - start).slice(0, 6)).toEqual([
    ...[24 * HOUR, 24 * HOUR, 24 * HOUR, 25 * HOUR, 24 * HOUR, 24 * HOUR],
  ]);
});

test("counts stand in the step of their submission, and steps without any are left out", () => {
  const steps = stepsOf({ from: at("2026-11-20T05:00:00Z"), to: at("2026-11-21T05:00:00Z"), timeZone: zone });
  const fold = new TimelineFold(steps);
  const add = (text: string, organization: string, counts: object): void =>
    fold.submission(organization, fold.placeOf(at(text)), { ...noCounts(), ...counts });
  add("2026-11-20T05:00:00Z", "ca-dph", { delivered: 2 });
  add("2026-11-20T05:59:59.999Z", "ca-dph-x", { failed: 1 });
  add("2026-11-21T04:59:59Z", "ca-dph", { filtered: 3 });
  TimelineFold.add(fold.received("or-oha"), fold.placeOf(at("2026-11-20T06:00:00Z")), "stuck");
  expect(fold.timeline()).toEqual({
    step: "hour",
    steps: [
      { from: "2026-11-20T05:00:00.000Z", counts: { ...noCounts(), delivered: 2, failed: 1 } },
      { from: "2026-11-21T04:00:00.000Z", counts: { ...noCounts(), filtered: 3 } },
    ],
  });
  expect(fold.timelineOf("ca-dph").submitted.map(({ counts }) => counts.failed)).toEqual([0, 0]);
  expect(fold.timelineOf("or-oha")).toEqual({
    step: "hour",
    submitted: [],
    received: [{ from: "2026-11-20T06:00:00.000Z", counts: { ...noCounts(), stuck: 1 } }],
  });
});

test("a histogram has each duration once, at the first limit that it does not exceed", () => {
  const durations = new Durations();
  for (const millis of [300_001, 0, 60_000, 60_001, 86_400_001, 300_000]) durations.add(millis);
  expect(durations.histogram([60_000, 300_000, 86_400_000])).toEqual([2, 2, 1, 1]);
  expect(new Durations().histogram([1])).toEqual([0, 0]);
});
