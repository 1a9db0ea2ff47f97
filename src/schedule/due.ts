import { Temporal } from "temporal-polyfill";
import type { Micros } from "../time/instant.ts";
import { inZone, toMicros } from "../time/zone.ts";
import { type CronExpression, matchesDay } from "./cron.ts";

/**
 * One due time. The rule at clock changes: each minute on the wall that the expression names is due
 * once. If the clock skips it, it is due at the next instant that exists (several skipped ones together, once); if the clock
 * shows it twice, the first time.
 */
export interface Due {
  at: Micros;
  /** What the wall was to show: `2026-03-08 02:30`. */
  wall: string;
  clock: "plain" | "skipped" | "twice";
}

const DAY_MILLIS = 86_400_000;

/** Forty years: February 29 on one weekday comes every 28, and twelve later where a century has no leap year. */
const HORIZON_DAYS = 366 * 40;

/** The due times after `after` (exclusive), ascending, without end unless the expression has none left within forty years. */
export function* dueAfter(cron: CronExpression, timeZone: string, after: Micros): Generator<Due, void, undefined> {
  // A day earlier, since a minute of the evening before may have been moved past midnight by a clock change.
  const start = inZone(after, timeZone).toPlainDate().subtract({ days: 1 });
  const first = Date.UTC(start.year, start.month - 1, start.day);
  let latest = after;
  let empty = 0;
  for (let millis = first; empty < HORIZON_DAYS; millis += DAY_MILLIS) {
    const date = new Date(millis);
    empty++;
    if (!matchesDay(cron, date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay())) continue;
    empty = 0;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const due = atWall(millis, hour, minute, timeZone);
        if (due.at <= latest) continue;
        latest = due.at;
        yield due;
      }
    }
  }
}

/** The due times in (after, until], ascending; at most `limit`, the latest of them. */
export function dueBetween(
  cron: CronExpression,
  timeZone: string,
  after: Micros,
  until: Micros,
  limit = Number.POSITIVE_INFINITY,
): Due[] {
  const all: Due[] = [];
  for (const due of dueAfter(cron, timeZone, after)) {
    if (due.at > until) break;
    all.push(due);
    if (all.length > limit) all.shift();
  }
  return all;
}

/** The next `count` due times after an instant. */
export function nextDue(cron: CronExpression, timeZone: string, after: Micros, count: number): Due[] {
  const next: Due[] = [];
  if (count <= 0) return next;
  for (const due of dueAfter(cron, timeZone, after)) {
    next.push(due);
    if (next.length === count) break;
  }
  return next;
}

function atWall(dayMillis: number, hour: number, minute: number, timeZone: string): Due {
  const date = new Date(dayMillis);
  const plain = new Temporal.PlainDateTime(
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    hour,
    minute,
  );
  const wall = `${plain.toPlainDate()} ${plain.toPlainTime().toString({ smallestUnit: "minute" })}`;
  const first = plain.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  if (!first.toPlainDateTime().equals(plain)) {
    // `earlier` has gone back by the length of the gap; the change itself is the first instant after it.
    const change = first.getTimeZoneTransition("next");
    return { at: toMicros(change ?? plain.toZonedDateTime(timeZone)), wall, clock: "skipped" };
  }
  const second = plain.toZonedDateTime(timeZone, { disambiguation: "later" });
  const twice = second.epochNanoseconds !== first.epochNanoseconds;
  return { at: toMicros(first), wall, clock: twice ? "twice" : "plain" };
}
