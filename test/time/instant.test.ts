import fc from "fast-check";
import { expect, test } from "vitest";
import { isoDate, utcMillis } from "../../src/time/instant.ts";

const MILLIS_A_DAY = 86_400_000;
/** All days that Date knows. */
const day = fc.integer({ min: -100_000_000, max: 100_000_000 });

test("a date is printed as Date prints it, in any year", () => {
  fc.assert(
    fc.property(day, (days) => {
      expect(isoDate(days)).toBe(new Date(days * MILLIS_A_DAY).toISOString().split("T")[0]);
    }),
  );
  expect(isoDate(0)).toBe("1970-01-01");
  // The last day that Postgres knows, where Date has no more.
  expect(isoDate(106_751_991 + 10_957)).toBe("+294277-01-09");
});

test("the parts of a time in UTC give it again, the years 0 to 99 included", () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      const millis = utcMillis(
        date.getUTCFullYear(),
        date.getUTCMonth() + 1,
        date.getUTCDate(),
        date.getUTCHours(),
        date.getUTCMinutes(),
        date.getUTCSeconds(),
      );
      expect(millis).toBe(Math.floor(date.getTime() / 1000) * 1000);
    }),
  );
  expect(utcMillis(99, 2, 28, 0, 0, 0)).toBe(Date.parse("0099-02-28T00:00:00Z"));
});
