import { describe, expect, it } from "vitest";
import { matchesDay, parseCron } from "../../src/schedule/cron.ts";

const set = (from: number, to: number, by = 1): number[] =>
  Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);

describe("parseCron", () => {
  it.each<[string, Partial<Record<"minutes" | "hours" | "daysOfMonth" | "months" | "daysOfWeek", number[]>>]>([
    ["*/15 * * * *", { minutes: [0, 15, 30, 45], hours: set(0, 23), daysOfMonth: set(1, 31), daysOfWeek: set(0, 6) }],
    ["5/20 * * * *", { minutes: [5, 25, 45] }],
    ["0 8-18/2 * * *", { hours: [8, 10, 12, 14, 16, 18] }],
    ["30,0,30 6 * * *", { minutes: [0, 30] }],
    ["0 6 1,15-17 * *", { daysOfMonth: [1, 15, 16, 17] }],
    ["0 6 * JAN,mar-May *", { months: [1, 3, 4, 5] }],
    ["0 6 * * MON-FRI", { daysOfWeek: [1, 2, 3, 4, 5] }],
    ["0 6 * * 0", { daysOfWeek: [0] }],
    ["0 6 * * 7", { daysOfWeek: [0] }],
    ["0 6 * * 5-7", { daysOfWeek: [5, 6, 0] }],
    ["0 6 * * FRI-SUN", { daysOfWeek: [5, 6, 0] }],
    ["0 6 * * */2", { daysOfWeek: [0, 2, 4, 6] }],
    ["  0   6 * *\t* ", { minutes: [0], hours: [6] }],
  ])("%s", (text, expected) => {
    const cron = parseCron(text);
    for (const [field, values] of Object.entries(expected)) {
      const read = [...cron[field as keyof typeof expected & keyof typeof cron]] as unknown as number[];
      expect([...read].sort((a, b) => a - b)).toEqual([...values].sort((a, b) => a - b));
    }
  });

  it.each([
    ["", "no fields"],
    ["* * * *", "4 fields"],
    ["0 6 * * * ?", "6 fields"],
    ["@daily", "1 field"],
    ["60 * * * *", "the minute 60 is not between 0 and 59"],
    ["* 24 * * *", "the hour 24"],
    ["* * 0 * *", "the day of month 0"],
    ["* * * 13 *", "the month 13"],
    ["* * * * 8", "the day of week 8"],
    ["*/0 * * * *", "step of 0"],
    ["30-10 * * * *", "runs backwards"],
    ["* * * * SAT-MON", "runs backwards"],
    ["0 6 ? * *", "cannot be read"],
    ["0 6 L * *", "cannot be read"],
    ["0 6 * * 5#3", "cannot be read"],
    ["0 6 15W * *", "cannot be read"],
    ["0 6 * * MOON", "cannot be read"],
    ["1,,2 * * * *", "cannot be read"],
    ["*-5 * * * *", "cannot be read"],
    ["-1 * * * *", "cannot be read"],
    ["1.5 * * * *", "cannot be read"],
    ["0 0 30 2 *", "never comes"],
    ["0 0 31 4,6,9,11 *", "never comes"],
  ])("refuses %j and says why", (text, message) => {
    expect(() => parseCron(text)).toThrow(message);
  });

  it("takes a day that either field names when both restrict, and one that both name otherwise", () => {
    const either = parseCron("0 6 1 * 1");
    expect(matchesDay(either, 6, 1, 3)).toBe(true);
    expect(matchesDay(either, 6, 2, 1)).toBe(true);
    expect(matchesDay(either, 6, 2, 3)).toBe(false);
    const both = parseCron("0 6 */2 * 1");
    expect(matchesDay(both, 6, 3, 1)).toBe(true);
    expect(matchesDay(both, 6, 2, 1)).toBe(false);
    expect(matchesDay(both, 6, 3, 2)).toBe(false);
    // A month of its own still restricts.
    expect(matchesDay(parseCron("0 6 1 JAN 1"), 2, 1, 1)).toBe(false);
  });
});
