import { earlierSummaries } from "../output/earlier-runs.ts";
import { type EarlierDayFigures, figuresOf } from "../summary/earlier-days.ts";
import type { EarlierErrors } from "../summary/error-changes.ts";
import { type DayRun, routedCounts } from "../summary/operators/week.ts";
import type { PairSummary, PreviousRun, Summary, SummaryWindow } from "../summary/types.ts";
import { DAY, HOUR, type Micros, parseInstant } from "../time/instant.ts";
import { type Window, wholeDays } from "../time/window.ts";

/** What a run takes from the runs before it in the same folder. */
export interface EarlierRuns {
  previous: PreviousRun | null;
  /** Of the previous run; undefined without one. */
  errors: EarlierErrors | undefined;
  /** Pairs of the earlier runs of single days, latest first; empty for other windows. */
  days: EarlierDay[];
}

export interface EarlierDay extends DayRun {
  pairs: readonly PairSummary[];
  /** Where the window begins. */
  from: Micros;
  /** What charts and organizations' reports take; undefined for a run of a version that had none of it. */
  figures: EarlierDayFigures | undefined;
}

/** Eight weeks, which is what silence is judged by; an hour more where the clock was changed between. */
const DAYS = 56;

/** So many folders are looked into: runs for some organizations may lie between those for all. */
const LOOKED_INTO = 200;

/**
 * Reads the earlier runs of windows of the same length and zone that were limited to the same
 * organizations. Of single days, the runs of eight weeks; of others the latest one.
 */
export async function readEarlierRuns(
  folder: string,
  window: Window,
  limitedTo: readonly string[],
): Promise<EarlierRuns> {
  const earlier: EarlierRuns = { previous: null, errors: undefined, days: [] };
  const length = lengthOf(window);
  const first = length === "1 days" ? window.from - DAYS * DAY - HOUR : undefined;
  let looked = 0;
  for await (const { folder: name, text } of earlierSummaries(folder)) {
    if (++looked > LOOKED_INTO) break;
    const summary = readSummary(text);
    const other = summary && windowOf(summary.window);
    if (!summary || !other || other.timeZone !== window.timeZone || lengthOf(other) !== length) continue;
    if (other.from >= window.from || !sameNames(summary.limitedTo, limitedTo)) continue;
    if (!earlier.previous) {
      earlier.previous = { folder: name, window: summary.window };
      earlier.errors = { errorGroups: summary.errorGroups, unmappedCodes: summary.unmappedCodes };
      if (first === undefined) break;
    }
    if (first === undefined || other.from < first) break;
    const { first: date } = wholeDays(other) as { first: string };
    const { pairs, snapshot } = summary;
    const readAt = parseInstant(String(snapshot.at)) ?? Number.NaN;
    const run = { date, lastDate: date, folder: name, counts: routedCounts(pairs), readAt };
    earlier.days.push({ ...run, from: other.from, pairs, figures: figuresOf(date, summary) });
  }
  return earlier;
}

type Needed = Pick<Summary, "window" | "snapshot" | "limitedTo" | "pairs" | "errorGroups" | "unmappedCodes"> &
  Partial<Summary>;

/** The parts that are needed; undefined for what is no summary. A run of an older version has no unmapped codes. */
function readSummary(text: string): Needed | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const summary = value as Partial<Summary>;
  const { format, window, snapshot, limitedTo, pairs, errorGroups, unmappedCodes = [] } = summary;
  if (format !== 1 || !window || !snapshot) return undefined;
  if (![limitedTo, pairs, errorGroups, unmappedCodes].every(Array.isArray)) return undefined;
  return { ...summary, window, snapshot, limitedTo, pairs, errorGroups, unmappedCodes } as Needed;
}

function windowOf({ from, to, timeZone }: SummaryWindow): Window | undefined {
  const [start, end] = [parseInstant(String(from)), parseInstant(String(to))];
  return start === undefined || end === undefined ? undefined : { from: start, to: end, timeZone: String(timeZone) };
}

/** Days are compared as days, however long a clock change makes one. */
function lengthOf(window: Window): string {
  const days = wholeDays(window);
  if (!days) return `${window.to - window.from} microseconds`;
  return `${(Date.parse(days.last) - Date.parse(days.first)) / 86_400_000 + 1} days`;
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, at) => name === right[at]);
}
