import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import {
  halves,
  LEAST_MEGABYTES,
  planSlices,
  roomOf,
  SliceBudget,
  SliceTooLarge,
  slicesBetween,
} from "../../src/run/slice-plan.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/time/instant.ts";

const span = { from: 0, to: DAY, horizon: DAY + 25 * HOUR };

/** The same rows in each hour of the day. */
const hourly = (reports: number) =>
  Array.from({ length: 24 }, (_, hour) => ({ from: hour * HOUR, reports, itemEdges: reports, logEntries: 0 }));

describe("slices by a limit of memory", () => {
  test("a window that fits is read whole", () => {
    expect(planSlices(span, 1000, hourly(1000))).toBeUndefined();
  });

  test("slices follow one another from the window's start to its end, and the lower the limit the more there are", () => {
    let fewer = 0;
    for (const limit of [600, 400, 300, LEAST_MEGABYTES]) {
      const slices = planSlices(span, limit, hourly(100_000)) ?? [];
      expect(slices.length).toBeGreaterThan(fewer);
      expect(slices[0]?.from).toBe(span.from);
      expect(slices.at(-1)?.to).toBe(span.to);
      slices.slice(1).forEach((slice, at) => {
        expect(slice.from).toBe(slices[at]?.to);
      });
      for (const { from, to } of slices) expect(to).toBeGreaterThan(from);
      fewer = slices.length;
    }
  });

  test("slices have like numbers of rows, and not like lengths", () => {
    const rows = hourly(1000).map((step, hour) => (hour === 12 ? { ...step, reports: 2_000_000 } : step));
    const slices = planSlices(span, 300, rows) ?? [];
    expect(slices.map(({ from, to }) => [from / HOUR, to / HOUR])).toEqual([
      [0, 12],
      [12, 13],
      [13, 24],
    ]);
  });

  test("what was written after the window is read with it, and may be what is too much", () => {
    const late = [{ from: DAY + HOUR, reports: 5_000_000, itemEdges: 0, logEntries: 0 }];
    expect(planSlices(span, 300, late)).toEqual([{ from: 0, to: DAY, near: DAY + 5 * MINUTE }]);
  });

  test("a limit that no run can keep is refused, with the least that works", () => {
    for (const refused of [() => planSlices(span, LEAST_MEGABYTES - 1, []), () => roomOf(50)]) {
      expect(refused).toThrow(ConfigError);
      expect(refused).toThrow(expect.objectContaining({ hint: `the least that works is ${LEAST_MEGABYTES} MB` }));
    }
    expect(planSlices(span, LEAST_MEGABYTES, [])).toBeUndefined();
  });

  test("a slice's budget ends with too many rows, and other rows are none of it", () => {
    const budget = new SliceBudget(roomOf(LEAST_MEGABYTES));
    for (let row = 0; row < 1_000_000; row++) budget.take("ready-files");
    expect(() => {
      for (let row = 0; row < 1_000_000; row++) budget.take("lineage-edges");
    }).toThrow(SliceTooLarge);
  });

  test("a slice that is too large is halved, down to a second", () => {
    const [first, second] = halves({ from: 0, to: HOUR, near: HOUR }, span.horizon);
    expect([first.from, first.to, second.from, second.to]).toEqual([0, HOUR / 2, HOUR / 2, HOUR]);
    expect(() => halves({ from: 0, to: SECOND, near: SECOND }, span.horizon)).toThrow(ConfigError);
  });

  test("cuts outside of the window and doubled ones are left out; what is near ends with the horizon", () => {
    expect(slicesBetween({ from: 0, to: HOUR, horizon: HOUR + SECOND }, [HOUR, 10, -5, 10, 0])).toEqual([
      { from: 0, to: 10, near: 13 },
      { from: 10, to: HOUR, near: HOUR + SECOND },
    ]);
  });
});
