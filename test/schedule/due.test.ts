import { describe, expect, it } from "vitest";
import { parseCron } from "../../src/schedule/cron.ts";
import { dueBetween, nextDue } from "../../src/schedule/due.ts";
import { formatInstant, MINUTE, parseInstant } from "../../src/time/instant.ts";
import { clockChanges, dueByWall, wallMinutes } from "./clock-oracle.ts";

const ZONES = [
  "America/New_York",
  "America/St_Johns",
  "America/Havana",
  "America/Santiago",
  "Europe/Dublin",
  "Africa/Cairo",
  "Asia/Jerusalem",
  "Antarctica/Troll",
  "Europe/Rome",
  "Europe/London",
  "Australia/Sydney",
  "Australia/Lord_Howe",
  "America/Sao_Paulo",
  "Africa/Casablanca",
  "Asia/Kathmandu",
  "Pacific/Chatham",
  "Pacific/Apia",
  "America/Phoenix",
  "UTC",
];

/** Each expression with what it means, written once more by hand. */
const EXPRESSIONS: [string, (wall: Date) => boolean][] = [
  ["30 2 * * *", (wall) => clock(wall, 2, 30)],
  ["0 2 * * *", (wall) => clock(wall, 2, 0)],
  ["59 1 * * *", (wall) => clock(wall, 1, 59)],
  ["30 1 * * *", (wall) => clock(wall, 1, 30)],
  ["0 1 * * *", (wall) => clock(wall, 1, 0)],
  ["15 2 * * *", (wall) => clock(wall, 2, 15)],
  ["45 1 * * *", (wall) => clock(wall, 1, 45)],
  ["0 3 * * *", (wall) => clock(wall, 3, 0)],
  ["45 2 * * *", (wall) => clock(wall, 2, 45)],
  ["30 3 * * *", (wall) => clock(wall, 3, 30)],
  ["0 0 * * *", (wall) => clock(wall, 0, 0)],
  ["59 23 * * *", (wall) => clock(wall, 23, 59)],
  ["30 5 * * *", (wall) => clock(wall, 5, 30)],
  ["0 * * * *", (wall) => wall.getUTCMinutes() === 0],
  ["*/15 * * * *", (wall) => wall.getUTCMinutes() % 15 === 0],
  ["7,37 1-3 * * *", (wall) => [7, 37].includes(wall.getUTCMinutes()) && [1, 2, 3].includes(wall.getUTCHours())],
  ["30 2 * * SUN", (wall) => clock(wall, 2, 30) && wall.getUTCDay() === 0],
  ["30 2 * MAR,NOV 0", (wall) => clock(wall, 2, 30) && wall.getUTCDay() === 0 && [2, 10].includes(wall.getUTCMonth())],
  ["30 2 8 3 *", (wall) => clock(wall, 2, 30) && wall.getUTCDate() === 8 && wall.getUTCMonth() === 2],
  ["15 */2 1 * MON", (wall) => wall.getUTCMinutes() === 15 && wall.getUTCHours() % 2 === 0 && firstOrMonday(wall)],
];

function clock(wall: Date, hour: number, minute: number): boolean {
  return wall.getUTCHours() === hour && wall.getUTCMinutes() === minute;
}

function firstOrMonday(wall: Date): boolean {
  return wall.getUTCDate() === 1 || wall.getUTCDay() === 1;
}

describe("due times around every clock change of 2024 to 2030 equal what Intl shows minute by minute", () => {
  const BEFORE = 26 * 60;
  it.each(ZONES)("%s", (timeZone) => {
    const changes = clockChanges(timeZone, 2024, 2031);
    const fixed = ["Asia/Kathmandu", "America/Phoenix", "UTC", "America/Sao_Paulo", "Pacific/Apia"].includes(timeZone);
    expect(changes.length === 0).toBe(fixed);
    // A zone that keeps its clock is looked at all the same, on a day when others change theirs.
    const places = fixed ? [Date.UTC(2026, 2, 8, 7) / 60_000] : changes;
    for (const change of places) {
      const minutes = wallMinutes(timeZone, change - BEFORE, change + BEFORE);
      for (const [text, means] of EXPRESSIONS) {
        const expected = dueByWall(minutes, means).map((minute) => minute * MINUTE);
        const actual = dueBetween(
          parseCron(text),
          timeZone,
          (change - BEFORE - 1) * MINUTE,
          (change + BEFORE - 1) * MINUTE,
        ).map(({ at }) => at);
        expect(actual.map(formatInstant), `${text} in ${timeZone}`).toEqual(expected.map(formatInstant));
      }
    }
  });
});

const instant = (text: string): number => parseInstant(text) as number;

describe("nextDue", () => {
  it("moves a minute that the clock skips to the change, and says so", () => {
    const [due] = nextDue(parseCron("30 2 * * *"), "America/New_York", instant("2026-03-08T05:00:00Z"), 1);
    expect(due).toEqual({ at: instant("2026-03-08T07:00:00Z"), wall: "2026-03-08 02:30", clock: "skipped" });
  });

  it("takes the first of a minute that the clock shows twice, and says so", () => {
    const due = nextDue(parseCron("30 1 * * *"), "America/New_York", instant("2026-11-01T04:00:00Z"), 2);
    expect(due[0]).toEqual({ at: instant("2026-11-01T05:30:00Z"), wall: "2026-11-01 01:30", clock: "twice" });
    expect(due[1]?.at).toBe(instant("2026-11-02T06:30:00Z"));
  });

  it("folds all skipped minutes into one due time, together with the one that is there", () => {
    const due = dueBetween(
      parseCron("*/15 * * * *"),
      "America/New_York",
      instant("2026-03-08T06:44:00Z"),
      instant("2026-03-08T07:15:00Z"),
    );
    expect(due.map(({ at }) => formatInstant(at))).toEqual([
      "2026-03-08T06:45:00.000Z",
      "2026-03-08T07:00:00.000Z",
      "2026-03-08T07:15:00.000Z",
    ]);
  });

  it("gives a day that a zone skipped to the next one", () => {
    // Apia went from the 29th to the 31st of December 2011.
    const due = nextDue(parseCron("0 6 * * *"), "Pacific/Apia", instant("2011-12-29T15:00:00Z"), 3);
    expect(due.map(({ at, clock: shown }) => [formatInstant(at), shown])).toEqual([
      ["2011-12-29T16:00:00.000Z", "plain"],
      ["2011-12-30T10:00:00.000Z", "skipped"],
      ["2011-12-30T16:00:00.000Z", "plain"],
    ]);
  });

  it("excludes its start, and includes the end of a span", () => {
    const cron = parseCron("0 6 * * *");
    const six = instant("2026-11-20T06:00:00Z");
    expect(dueBetween(cron, "UTC", six, six + 1)).toEqual([]);
    expect(dueBetween(cron, "UTC", six - 1, six).map(({ at }) => at)).toEqual([six]);
  });

  it("finds February 29 years ahead", () => {
    const due = nextDue(parseCron("0 0 29 2 *"), "UTC", instant("2026-01-01T00:00:00Z"), 2);
    expect(due.map(({ wall }) => wall)).toEqual(["2028-02-29 00:00", "2032-02-29 00:00"]);
  });

  it("keeps the latest where there are more than are wanted", () => {
    const due = dueBetween(
      parseCron("* * * * *"),
      "UTC",
      instant("2026-11-20T00:00:00Z"),
      instant("2026-11-20T02:00:00Z"),
      3,
    );
    expect(due.map(({ wall }) => wall)).toEqual(["2026-11-20 01:58", "2026-11-20 01:59", "2026-11-20 02:00"]);
  });
});
