import { execFileSync } from "node:child_process";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/package.ts";
import { parseInstant } from "../../src/time/instant.ts";
import {
  formatClock,
  formatDay,
  formatMoment,
  formatShortMoment,
  reportStreamZone,
  timeZoneName,
} from "../../src/time/zone.ts";

const at = (text: string) => parseInstant(text) ?? Number.NaN;

describe("names of zones", () => {
  it.each([
    ["America/New_York", "America/New_York"],
    ["US/Eastern", "US/Eastern"],
    ["us/eastern", "US/Eastern"],
    ["utc", "UTC"],
    ["Pacific/Guam", "Pacific/Guam"],
    ["+05:00", undefined],
    ["Mars/Olympus", undefined],
    ["Eastern", undefined],
    ["", undefined],
    ["America/New_York\n", undefined],
  ])("%j is %s", (text, name) => {
    expect(timeZoneName(text)).toBe(name);
  });

  it("of ReportStream's settings all lead to zones", () => {
    const names =
      "PACIFIC MOUNTAIN ARIZONA CENTRAL EASTERN SAMOA HAWAII EAST_INDIANA INDIANA_STARKE MICHIGAN ALASKA CHAMORRO " +
      "NORTHERN_MARIANA_ISLANDS PUERTO_RICO US_VIRGIN_ISLANDS CHUUK POHNPEI KOSRAE MAJURO UTC";
    for (const name of names.split(" ")) {
      const zone = reportStreamZone(name);
      expect(zone, name).toBeDefined();
      expect(timeZoneName(zone ?? ""), name).toBe(zone);
    }
    expect(reportStreamZone("EASTERN")).toBe("US/Eastern");
    expect(reportStreamZone("CHAMORRO")).toBe("Pacific/Guam");
    expect(reportStreamZone("eastern")).toBeUndefined();
    expect(reportStreamZone("toString")).toBeUndefined();
  });
});

describe("instants for people", () => {
  it("name the day, the time and the zone", () => {
    const instant = at("2026-11-20T19:02:59.999Z");
    expect(formatMoment(instant, "US/Eastern")).toBe("Fri Nov 20 2026 14:02 (US/Eastern)");
    expect(formatShortMoment(instant, "US/Eastern")).toBe("Nov 20 14:02");
    expect(formatClock(instant, "Pacific/Guam")).toBe("05:02");
    expect(formatDay(instant, "Pacific/Guam")).toBe("Sat Nov 21 2026");
    expect(formatMoment(at("2026-03-01T00:00:00Z"), "UTC")).toBe("Sun Mar 01 2026 00:00 (UTC)");
  });

  it("tell the two hours apart that the end of summer time makes of one", () => {
    const zone = "America/New_York";
    expect(formatClock(at("2026-11-01T04:59:00Z"), zone)).toBe("00:59");
    expect(formatClock(at("2026-11-01T05:30:00Z"), zone)).toBe("01:30 -04:00");
    expect(formatClock(at("2026-11-01T06:30:00Z"), zone)).toBe("01:30 -05:00");
    expect(formatClock(at("2026-11-01T07:00:00Z"), zone)).toBe("02:00");
  });

  it("are right to the microsecond at a day's end", () => {
    expect(formatDay(at("2026-11-21T05:00:00Z") - 1, "America/New_York")).toBe("Fri Nov 20 2026");
  });
});

describe("the host's own zone and language", () => {
  it.each([
    ["Asia/Kolkata", "hi_IN.UTF-8"],
    ["Pacific/Kiritimati", "tr_TR.UTF-8"],
    ["America/Anchorage", "ar_EG.UTF-8"],
  ])("change nothing (TZ=%s, LANG=%s)", (TZ, LANG) => {
    const script = `
      import { formatMoment } from "./dist/time/zone.js";
      import { resolveWindow, wholeDays } from "./dist/time/window.js";
      const now = Date.parse("2026-11-02T04:30:00Z") * 1000;
      const window = resolveWindow({ timeZone: "US/Eastern" }, now);
      console.log(formatMoment(now, "US/Eastern"), wholeDays(window).first, window.from, window.to);`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: packageRoot,
      env: { PATH: process.env.PATH, TZ, LANG, LC_ALL: LANG },
      encoding: "utf8",
    });
    const from = at("2026-10-31T04:00:00Z");
    expect(output.trim()).toBe(`Sun Nov 01 2026 23:30 (US/Eastern) 2026-10-31 ${from} ${from + 24 * 3_600_000_000}`);
  });
});

it("a clock that is asked once a quarter of an hour says what the calendar says for each minute", () => {
  const calendar = (instant: number, zone: string): string => {
    const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant / 1000)).toZonedDateTimeISO(zone);
    return `${String(local.hour).padStart(2, "0")}:${String(local.minute).padStart(2, "0")}`;
  };
  const zones = [
    "America/New_York",
    "US/Pacific",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
    "UTC",
  ];
  // Around clock changes, ordinary days, and before whole quarters were the rule everywhere.
  const starts = [
    "2026-03-08T06:30:00Z",
    "2026-11-01T04:30:00Z",
    "2026-04-04T14:00:00Z",
    "2011-12-30T09:00:00Z",
    "1971-06-01T00:00:00Z",
  ];
  for (const zone of [...zones, "Africa/Monrovia"]) {
    for (const start of starts) {
      for (let minute = 0; minute < 180; minute += 7) {
        const instant = at(start) + minute * 60_000_000 + 59_999_999;
        expect(formatClock(instant, zone).slice(0, 5), `${zone} ${start} ${minute}`).toBe(calendar(instant, zone));
        expect(formatShortMoment(instant, zone).slice(7, 12)).toBe(calendar(instant, zone));
      }
    }
  }
});
