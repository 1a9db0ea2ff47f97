import { Temporal } from "temporal-polyfill";
import type { Micros } from "../../time/instant.ts";
import { formatInstant } from "../../time/instant.ts";
import { type Window, wholeDays } from "../../time/window.ts";
import { toMicros } from "../../time/zone.ts";
import { addCounts, type Counts, deliveredPercent, noCounts } from "../counts.ts";
import type { PairSummary } from "../types.ts";
import type { Week, WeekDay } from "./types.ts";

/** What a run of one day, or of several, counted by item and receiver. */
export interface DayRun {
  /** The first and the last local date that it covers. */
  date: string;
  lastDate: string;
  /** Null for the run in hand. */
  folder: string | null;
  /** As `routedCounts` makes them. */
  counts: Counts;
  /** When its snapshot was taken. */
  readAt: Micros;
}

/**
 * The ISO week of the window's last day, Monday to that day, from the run in hand and earlier runs of
 * single days. Figures of a day that was read before it had settled can still grow; running the day
 * again with --force settles them.
 *
 * @param earlier runs of single days of the same zone and organizations, in any order
 * @param settle how long after its end a day's deliveries are looked for
 */
export function weekSoFar(
  window: Window,
  own: { counts: Counts; readAt: Micros },
  earlier: readonly DayRun[],
  settle: Micros,
): Week {
  const days = wholeDays(window);
  if (!days) return { judged: false, reason: "the window is not made of whole local days" };
  const last = Temporal.PlainDate.from(days.last);
  const monday = last.subtract({ days: last.dayOfWeek - 1 });
  if (Temporal.PlainDate.compare(Temporal.PlainDate.from(days.first), monday) < 0) {
    return { judged: false, reason: "the window begins before the week of its last day" };
  }
  const end = (date: string): Micros =>
    toMicros(Temporal.PlainDate.from(date).add({ days: 1 }).toZonedDateTime(window.timeZone));
  const settledFrom = end(monday.add({ days: 6 }).toString()) + settle;
  const runs: DayRun[] = [
    ...earlier.filter(({ date }) => date >= monday.toString() && date < days.first),
    { date: days.first, lastDate: days.last, folder: null, ...own },
  ].sort((left, right) => (left.date < right.date ? -1 : 1));
  const listed = runs.map((run): WeekDay => {
    const { date, lastDate, folder, counts, readAt } = run;
    return { date, lastDate, folder, ...sums(counts), settled: readAt >= end(lastDate) + settle };
  });
  const missingDays = datesBetween(monday, last).filter(
    (date) => !runs.some((run) => date >= run.date && date <= run.lastDate),
  );
  const routed = listed.reduce((sum, day) => sum + day.routed, 0);
  const sent = listed.reduce((sum, day) => sum + day.sent, 0);
  const isWhole = last.dayOfWeek === 7 && missingDays.length === 0;
  return {
    judged: true,
    isoWeek: `${last.yearOfWeek}-W${String(last.weekOfYear).padStart(2, "0")}`,
    friday: monday.add({ days: 4 }).toString(),
    days: listed,
    missingDays,
    ...{ routed, sent, percent: routed === 0 ? null : Math.round((10_000 * sent) / routed) / 100 },
    settledFrom: formatInstant(settledFrom),
    provisional: !isWhole || own.readAt < settledFrom || listed.some(({ settled }) => !settled),
  };
}

/** What became of items that had a receiver, by item and receiver. */
export function routedCounts(pairs: readonly PairSummary[]): Counts {
  const counts = noCounts();
  for (const { receiver, byItemAndReceiver } of pairs) if (receiver !== "") addCounts(counts, byItemAndReceiver);
  return counts;
}

/** Routed: what had a receiver and was not filtered; sent: what arrived of it, by sending or by fetching. */
function sums(counts: Counts): { routed: number; sent: number; percent: number | null } {
  const sent = counts.delivered + counts.downloaded;
  const routed = sent + counts.waiting + counts.retrying + counts.stuck + counts.failed;
  return { routed, sent, percent: deliveredPercent(counts) };
}

function datesBetween(first: Temporal.PlainDate, last: Temporal.PlainDate): string[] {
  const dates: string[] = [];
  for (let date = first; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    dates.push(date.toString());
  }
  return dates;
}
