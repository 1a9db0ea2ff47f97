import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { median, quietState, quietSubjects, SILENCE_LIMITS, usualItems } from "../../src/summary/silence.ts";

const day = (entries: Record<string, number>): Map<string, number> => new Map(Object.entries(entries));
const weeks = (...counts: number[]): Map<string, number>[] =>
  counts.map((count) => (count === 0 ? day({}) : day({ a: count })));

describe("median", () => {
  test.each([
    [[], 0],
    [[7], 7],
    [[1, 9], 5],
    [[9, 1, 5], 5],
    [[0, 0, 0, 0, 100, 100, 100, 100], 50],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test("lies between half of the values and the other half, in any order", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
        const middle = median(values);
        expect(values.filter((value) => value <= middle).length * 2).toBeGreaterThanOrEqual(values.length);
        expect(values.filter((value) => value >= middle).length * 2).toBeGreaterThanOrEqual(values.length);
        expect(median([...values].reverse())).toBe(middle);
      }),
    );
  });
});

describe("quietState", () => {
  test.each([
    [0, 4.5, undefined],
    [0, 5, "nothing"],
    [1, 39, undefined],
    [9, 40, "far less"],
    [10, 40, undefined],
    [37, 203, "far less"],
    [60, 203, undefined],
  ])("%d items where %d are usual: %s", (items, usual, expected) => {
    expect(quietState(items, usual)).toBe(expected);
  });
});

describe("quietSubjects", () => {
  test("one bad week among eight does not change what is usual", () => {
    const compared = weeks(100, 0, 100, 100, 90, 110, 100, 100);
    expect(usualItems("a", compared)).toBe(100);
    expect(quietSubjects(day({}), compared)).toEqual([{ key: "a", state: "nothing", usual: 100, items: 0 }]);
  });

  test("who came only lately, or stopped long ago, has no usual", () => {
    expect(quietSubjects(day({}), weeks(100, 100, 100, 0, 0, 0, 0, 0))).toEqual([]);
    expect(quietSubjects(day({}), weeks(0, 0, 0, 0, 0, 100, 100, 100))).toEqual([]);
  });

  test("says nothing while fewer than four days are known", () => {
    expect(quietSubjects(day({}), weeks(100, 100, 100))).toEqual([]);
    expect(quietSubjects(day({}), weeks(100, 100, 100, 100))).toHaveLength(1);
  });

  test("what is missing most stands first, the same for the same", () => {
    const compared = Array.from({ length: 8 }, () => day({ small: 10, large: 500, drop: 400, fine: 90 }));
    expect(quietSubjects(day({ drop: 20, fine: 80 }), compared).map(({ key }) => key)).toEqual([
      "large",
      "drop",
      "small",
    ]);
  });

  test("never alarms where the day is as usual, whatever the weeks were", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1000 }), { minLength: 4, maxLength: 8 }), (counts) => {
        const compared = weeks(...counts);
        const usual = usualItems("a", compared);
        expect(quietSubjects(usual === 0 ? day({}) : day({ a: usual }), compared)).toEqual([]);
      }),
    );
    expect(SILENCE_LIMITS.weeks).toBe(8);
  });
});
