import { Temporal } from "temporal-polyfill";
import { UsageError } from "../errors.ts";
import { formatInstant, type Micros, parseInstant } from "./instant.ts";
import { formatDay, inZone, timeZoneName, toMicros } from "./zone.ts";

/** The half-open span [from, to) of submission times that a run covers, and the zone whose days it speaks of. */
export interface Window {
  from: Micros;
  to: Micros;
  timeZone: string;
}

export type Period = "day" | "week" | "month";

/** What the command line asks for; nothing at all means yesterday. */
export interface WindowRequest {
  /** One local day, `2026-11-20`. */
  date?: string | undefined;
  /** A local date (its first instant) or an instant with its zone. */
  from?: string | undefined;
  /** A local date (that whole day included), an instant with its zone (itself excluded), or `now`. */
  to?: string | undefined;
  /** The last period that is over: a local day, an ISO week (Monday to Sunday), a calendar month. */
  last?: Period | undefined;
  timeZone: string;
}

const ASK = "give one of --date D, --from D --to D, or --last day|week|month";

/**
 * The window that the request means at the instant `now`. Days are whole local days, however long
 * the clock change makes them. Throws UsageError for contradictions, for what is no date or zone, and for windows that are
 * empty, reversed or not over: a folder named for a day must not hold the half of it.
 */
export function resolveWindow(request: WindowRequest, now: Micros): Window {
  const timeZone = timeZoneName(request.timeZone);
  if (timeZone === undefined) {
    throw new UsageError(`--time-zone ${request.timeZone} is not the name of a time zone`, {
      hint: "use an IANA name, such as America/New_York, US/Eastern or UTC",
    });
  }
  refuseContradictions(request);
  const window = { ...bounds(request, timeZone, now), timeZone };
  refuseImpossible(window, request, now);
  return window;
}

function bounds(request: WindowRequest, timeZone: string, now: Micros): { from: Micros; to: Micros } {
  if (request.date !== undefined) {
    const date = readDate("--date", request.date);
    if (date === undefined) throw notADate("--date", request.date, "a local day such as 2026-11-20");
    return { from: startOf(date, timeZone), to: startOf(date.add({ days: 1 }), timeZone) };
  }
  if (request.from !== undefined && request.to !== undefined) {
    return { from: readFrom(request.from, timeZone), to: readTo(request.to, timeZone, now) };
  }
  return lastComplete(request.last ?? "day", timeZone, now);
}

function refuseContradictions({ date, from, to, last }: WindowRequest): void {
  const given = Object.entries({ "--date": date, "--from": from, "--to": to, "--last": last })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  const range = given.filter((name) => name === "--from" || name === "--to");
  if (given.length > 1 && range.length < given.length) {
    throw new UsageError(`${given.join(" and ")} contradict each other`, { hint: ASK });
  }
  if (range.length === 1) {
    const missing = range[0] === "--from" ? "--to" : "--from";
    throw new UsageError(`${range[0]} needs ${missing}`, { hint: ASK });
  }
}

function refuseImpossible(window: Window, request: WindowRequest, now: Micros): void {
  const { from, to } = window;
  const span = `${formatInstant(from)} to ${formatInstant(to)}`;
  if (from === to && request.date !== undefined) {
    throw new UsageError(`${request.date} did not happen in ${window.timeZone}: the zone skipped that day`);
  }
  if (from >= to) {
    throw new UsageError(`the window ${request.from} to ${request.to} is empty or reversed (${span})`, {
      hint: "--from is the earlier; a --to date includes that day, a --to instant is excluded",
    });
  }
  if (from >= now) {
    throw new UsageError(`the window ${span} lies in the future (it is now ${formatInstant(now)})`);
  }
  if (to > now) {
    const start = request.date ?? request.from;
    throw new UsageError(`the window ${span} is not over (it is now ${formatInstant(now)})`, {
      hint: `--from ${start} --to now covers what has passed of it`,
    });
  }
}

function lastComplete(period: Period, timeZone: string, now: Micros): { from: Micros; to: Micros } {
  const today = inZone(now, timeZone).toPlainDate();
  if (period === "week") {
    const monday = today.subtract({ days: today.dayOfWeek - 1 });
    return { from: startOf(monday.subtract({ days: 7 }), timeZone), to: startOf(monday, timeZone) };
  }
  if (period === "month") {
    const first = today.with({ day: 1 });
    return { from: startOf(first.subtract({ months: 1 }), timeZone), to: startOf(first, timeZone) };
  }
  const to = startOf(today, timeZone);
  let date = today.subtract({ days: 1 });
  // A day that the zone skipped (Pacific/Apia, 2011-12-30) has no length; the day before it is the last one that happened.
  while (startOf(date, timeZone) === to) date = date.subtract({ days: 1 });
  return { from: startOf(date, timeZone), to };
}

function readFrom(text: string, timeZone: string): Micros {
  const date = readDate("--from", text);
  const instant = date === undefined ? parseInstant(text) : startOf(date, timeZone);
  if (instant === undefined) throw notADate("--from", text, "a local date or an instant with its zone");
  return instant;
}

function readTo(text: string, timeZone: string, now: Micros): Micros {
  if (text === "now") return now;
  const date = readDate("--to", text);
  const instant = date === undefined ? parseInstant(text) : startOf(date.add({ days: 1 }), timeZone);
  if (instant === undefined) throw notADate("--to", text, "a local date, an instant with its zone, or `now`");
  return instant;
}

/** The date that the text writes, undefined if it is not written as one. Throws for a date that no calendar has. */
function readDate(flag: string, text: string): Temporal.PlainDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text, { overflow: "reject" });
  } catch {
    throw new UsageError(`${flag} ${text}: there is no such day in the calendar`);
  }
}

function notADate(flag: string, text: string, expected: string): UsageError {
  return new UsageError(`${flag} ${text} is not ${expected}`, {
    hint: "write 2026-11-20, 2026-11-20T14:00:00Z or 2026-11-20T09:00:00-05:00 (an instant without a zone is ambiguous)",
  });
}

/** The first instant of a local day, which is not midnight where summer time begins at midnight. */
function startOf(date: Temporal.PlainDate, timeZone: string): Micros {
  return toMicros(date.toZonedDateTime(timeZone));
}

/** The first and last local date if the window consists of whole local days, else undefined. */
export function wholeDays(window: Window): { first: string; last: string } | undefined {
  const { timeZone } = window;
  const first = inZone(window.from, timeZone).toPlainDate();
  const end = inZone(window.to, timeZone).toPlainDate();
  if (startOf(first, timeZone) !== window.from || startOf(end, timeZone) !== window.to) return undefined;
  const last = inZone(window.to - 1, timeZone).toPlainDate();
  return { first: first.toString(), last: last.toString() };
}

/** The window in words: `Fri Nov 20 2026 (America/New_York)`, or both ends of it. */
export function describeWindow(window: Window): string {
  const { from, to, timeZone } = window;
  const days = wholeDays(window);
  if (days === undefined) return `${formatInstant(from)} to ${formatInstant(to)}`;
  const first = formatDay(from, timeZone);
  return days.first === days.last
    ? `${first} (${timeZone})`
    : `${first} to ${formatDay(to - 1, timeZone)} (${timeZone})`;
}
