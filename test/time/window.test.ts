import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReportError } from "../../src/errors.ts";
import { runFolderName } from "../../src/output/names.ts";
import { formatInstant, type Micros, parseInstant } from "../../src/time/instant.ts";
import { describeWindow, resolveWindow, type WindowRequest, wholeDays } from "../../src/time/window.ts";

const HOUR = 3_600_000_000;
const NOW = at("2026-11-21T13:00:00Z");

function at(text: string): Micros {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`not an instant: ${text}`);
  return instant;
}

function resolve(request: Partial<WindowRequest>, now: Micros = NOW): { from: string; to: string; hours: number } {
  const { from, to } = resolveWindow({ timeZone: "America/New_York", ...request }, now);
  return { from: formatInstant(from), to: formatInstant(to), hours: (to - from) / HOUR };
}

function refusal(request: Partial<WindowRequest>, now: Micros = NOW): string {
  try {
    resolveWindow({ timeZone: "America/New_York", ...request }, now);
  } catch (error) {
    if (error instanceof ReportError && error.exitCode === 2) return `${error.message} | ${error.hint ?? ""}`;
    throw error;
  }
  return "not refused";
}

describe("the default window", () => {
  it("is yesterday by the zone's clock", () => {
    expect(resolve({})).toEqual({ from: "2026-11-20T05:00:00.000Z", to: "2026-11-21T05:00:00.000Z", hours: 24 });
  });

  it("is the day before yesterday's date in UTC while the zone still has yesterday", () => {
    expect(resolve({}, at("2026-11-21T04:59:59Z")).from).toBe("2026-11-19T05:00:00.000Z");
    expect(resolve({}, at("2026-11-21T05:00:00Z")).from).toBe("2026-11-20T05:00:00.000Z");
  });

  it("is the last day that happened where the zone skipped one", () => {
    const window = resolve({ timeZone: "Pacific/Apia" }, at("2011-12-30T20:00:00Z"));
    expect(window).toEqual({ from: "2011-12-29T10:00:00.000Z", to: "2011-12-30T10:00:00.000Z", hours: 24 });
  });
});

describe("--last", () => {
  it("is the week from Monday to Sunday that is over, also on a Monday and on a Sunday", () => {
    const week = { from: "2026-11-09T05:00:00.000Z", to: "2026-11-16T05:00:00.000Z", hours: 168 };
    expect(resolve({ last: "week" })).toEqual(week);
    expect(resolve({ last: "week" }, at("2026-11-16T05:00:00Z"))).toEqual(week);
    expect(resolve({ last: "week" }, at("2026-11-23T04:59:59Z"))).toEqual(week);
  });

  it("is the calendar month that is over, across a year and with the clock change in it", () => {
    expect(resolve({ last: "month" }, at("2027-01-31T12:00:00Z"))).toEqual({
      from: "2026-12-01T05:00:00.000Z",
      to: "2027-01-01T05:00:00.000Z",
      hours: 31 * 24,
    });
    expect(resolve({ last: "month" }, at("2026-12-01T05:00:00Z"))).toMatchObject({
      from: "2026-11-01T04:00:00.000Z",
      hours: 30 * 24 + 1,
    });
  });
});

describe("--date and --from/--to", () => {
  it.each([
    ["America/New_York", "2026-03-08", "2026-03-08T05:00:00.000Z", 23],
    ["America/New_York", "2025-11-02", "2025-11-02T04:00:00.000Z", 25],
    // Summer time begins at midnight: the day's first instant is 01:00.
    ["America/Santiago", "2024-09-08", "2024-09-08T04:00:00.000Z", 23],
    // It ends at midnight: 23:00 comes twice on the day before.
    ["America/Santiago", "2024-04-06", "2024-04-06T03:00:00.000Z", 25],
    ["Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00.000Z", 23],
    ["America/Havana", "2024-11-03", "2024-11-03T04:00:00.000Z", 25],
    ["Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00.000Z", 24.5],
    ["Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00.000Z", 24],
    ["UTC", "2024-02-29", "2024-02-29T00:00:00.000Z", 24],
  ])("in %s the day %s begins at %s and has %d hours", (timeZone, date, from, hours) => {
    expect(resolve({ date, timeZone })).toMatchObject({ from, hours });
  });

  it("takes whole local days, the last included", () => {
    expect(resolve({ from: "2026-10-26", to: "2026-11-01" })).toEqual({
      from: "2026-10-26T04:00:00.000Z",
      to: "2026-11-02T05:00:00.000Z",
      hours: 169,
    });
  });

  it("takes instants exactly, the end excluded, and mixes them with dates", () => {
    const request = { from: "2026-11-20T09:00:00.000001-05:00", to: "2026-11-20T15:00:00Z" };
    const window = resolveWindow({ ...request, timeZone: "UTC" }, NOW);
    expect(window.from).toBe(at("2026-11-20T14:00:00Z") + 1);
    expect(window.to).toBe(at("2026-11-20T15:00:00Z"));
    expect(resolve({ from: "2026-11-20", to: "2026-11-20T12:00:00Z" }).hours).toBe(7);
  });

  it("takes now for the end", () => {
    expect(resolve({ from: "2026-11-21", to: "now" })).toMatchObject({ to: "2026-11-21T13:00:00.000Z", hours: 8 });
  });
});

describe("what is refused, by name", () => {
  it.each<[string, Partial<WindowRequest>, RegExp]>([
    [
      "a date beside a range",
      { date: "2026-11-20", from: "2026-11-01", to: "2026-11-02" },
      /--date and --from and --to/,
    ],
    ["a date beside a period", { date: "2026-11-20", last: "week" }, /--date and --last contradict/],
    ["a start beside a period", { from: "2026-11-20", last: "week" }, /--from and --last contradict/],
    ["a start without an end", { from: "2026-11-20" }, /--from needs --to/],
    ["an end without a start", { to: "2026-11-20" }, /--to needs --from/],
    ["a reversed range", { from: "2026-11-20", to: "2026-11-19" }, /empty or reversed/],
    ["an empty range", { from: "2026-11-20T10:00:00Z", to: "2026-11-20T10:00:00Z" }, /empty or reversed/],
    ["the future", { date: "2026-11-22" }, /lies in the future/],
    ["today", { date: "2026-11-21" }, /is not over.*--from 2026-11-21 --to now/],
    ["an end in the future", { from: "2026-11-20", to: "2026-11-21" }, /is not over/],
    ["a day that the calendar does not have", { date: "2026-02-29" }, /--date 2026-02-29: there is no such day/],
    [
      "a day that the zone skipped",
      { date: "2011-12-30", timeZone: "Pacific/Apia" },
      /did not happen in Pacific\/Apia/,
    ],
    ["an instant without a zone", { from: "2026-11-20T10:00:00", to: "now" }, /--from 2026-11-20T10:00:00 is not/],
    ["an instant as a day", { date: "2026-11-20T10:00:00Z" }, /is not a local day/],
    ["words", { from: "yesterday", to: "now" }, /--from yesterday is not/],
    ["an unknown zone", { timeZone: "US/Easter" }, /--time-zone US\/Easter is not the name/],
    ["an offset as a zone", { timeZone: "-05:00" }, /--time-zone -05:00 is not the name/],
  ])("%s", (_, request, message) => {
    expect(refusal(request)).toMatch(message);
  });
});

describe("the folder's name", () => {
  const named = (request: Partial<WindowRequest>) =>
    runFolderName(resolveWindow({ timeZone: "America/New_York", ...request }, NOW));

  it("is the day, the days, or the instants", () => {
    expect(named({})).toBe("2026-11-20");
    expect(named({ date: "2026-03-08" })).toBe("2026-03-08");
    expect(named({ last: "week" })).toBe("2026-11-09_2026-11-15");
    expect(named({ from: "2026-11-20T14:00:00Z", to: "2026-11-20T15:00:00Z" })).toBe(
      "20261120T140000Z_20261120T150000Z",
    );
    expect(named({ from: "2026-11-20T14:00:00.120Z", to: "2026-11-20T15:00:00.000001Z" })).toBe(
      "20261120T140000.120Z_20261120T150000.000001Z",
    );
  });

  it("is the day's if instants happen to be its ends", () => {
    expect(named({ from: "2026-11-20T05:00:00Z", to: "2026-11-21T05:00:00Z" })).toBe("2026-11-20");
  });

  it("leaves out a day that the zone skipped", () => {
    const timeZone = "Pacific/Apia";
    expect(named({ from: "2011-12-28", to: "2011-12-29", timeZone })).toBe("2011-12-28_2011-12-29");
    expect(named({ from: "2011-12-29", to: "2011-12-30", timeZone })).toBe("2011-12-29");
  });

  it("has words for people", () => {
    const window = (request: Partial<WindowRequest>) =>
      describeWindow(resolveWindow({ timeZone: "US/Eastern", ...request }, NOW));
    expect(window({})).toBe("Fri Nov 20 2026 (US/Eastern)");
    expect(window({ last: "week" })).toBe("Mon Nov 09 2026 to Sun Nov 15 2026 (US/Eastern)");
    expect(window({ from: "2026-11-20T14:00:00Z", to: "2026-11-20T15:00:00Z" })).toBe(
      "2026-11-20T14:00:00.000Z to 2026-11-20T15:00:00.000Z",
    );
  });
});

/** The date that `instant` has in the zone, by the platform's own formatter: a second opinion. */
const formatters = new Map<string, Intl.DateTimeFormat>();
function dateIn(timeZone: string, instant: Micros): string {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short", calendar: "gregory" });
    formatters.set(timeZone, formatter);
  }
  return formatter.format(Math.floor(instant / 1000));
}

describe("days of any zone, 2020 to 2030", () => {
  const zones = Intl.supportedValuesOf("timeZone");
  const anyDay = fc
    .integer({ min: Date.UTC(2020, 0, 1) / 86_400_000, max: Date.UTC(2030, 11, 30) / 86_400_000 })
    .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
  const late = at("2031-06-01T00:00:00Z");

  it("hold exactly the instants that have the day's date, and leave no gap to the next day", () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), anyDay, (timeZone, date) => {
        const { from, to } = resolveWindow({ date, timeZone }, late);
        expect(dateIn(timeZone, from)).toBe(date);
        expect(dateIn(timeZone, to - 1)).toBe(date);
        expect(dateIn(timeZone, from - 1)).not.toBe(date);
        expect(dateIn(timeZone, to)).not.toBe(date);
        const next = new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
        expect(resolveWindow({ date: next, timeZone }, late).from).toBe(to);
        expect((to - from) / HOUR).toBeGreaterThanOrEqual(22);
        expect((to - from) / HOUR).toBeLessThanOrEqual(26);
        expect(runFolderName({ from, to, timeZone })).toBe(date);
      }),
      { seed: 20_261_120, numRuns: 600 },
    );
  });

  it("are what yesterday, the last week and the last month consist of", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2020, 1, 15), max: Date.UTC(2030, 11, 30) }),
        fc.constantFrom("day" as const, "week" as const, "month" as const),
        (timeZone, millis, last) => {
          const now = millis * 1000;
          const window = resolveWindow({ last, timeZone }, now);
          const days = wholeDays(window);
          if (days === undefined) throw new Error("not whole days");
          const { first, last: end } = days;
          const count = Math.round((Date.parse(end) - Date.parse(first)) / 86_400_000) + 1;
          const today = dateIn(timeZone, now);
          const sinceEnd = Math.round((Date.parse(today) - Date.parse(end)) / 86_400_000);
          expect(window.to).toBeLessThanOrEqual(now);
          if (last === "day") expect([count, sinceEnd]).toEqual([1, 1]);
          if (last === "week") {
            expect(count).toBe(7);
            expect(new Date(first).getUTCDay()).toBe(1);
            expect(sinceEnd).toBeLessThanOrEqual(7);
          }
          if (last === "month") {
            expect(first.slice(8)).toBe("01");
            expect(end.slice(0, 7)).toBe(first.slice(0, 7));
            expect(new Date(Date.parse(end) + 86_400_000).toISOString().slice(0, 10)).toBe(`${today.slice(0, 7)}-01`);
          }
        },
      ),
      { seed: 20_261_121, numRuns: 400 },
    );
  });
});
