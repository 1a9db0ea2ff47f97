import { OUTCOMES, type Outcome } from "../outcome/words.ts";

/** A number for each outcome. */
export type Counts = Record<Outcome, number>;

/** Written out in the order of OUTCOMES: a run makes one for each submission. */
export function noCounts(): Counts {
  return {
    delivered: 0,
    downloaded: 0,
    waiting: 0,
    retrying: 0,
    stuck: 0,
    failed: 0,
    filtered: 0,
    unrouted: 0,
    rejected: 0,
  };
}

/** The sum over all outcomes: what the report calls the total. */
export function total(counts: Counts): number {
  return OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);
}

export function addCounts(into: Counts, counts: Counts): void {
  for (const outcome of OUTCOMES) into[outcome] += counts[outcome];
}

/**
 * (delivered + downloaded) of all that had a receiver and was not filtered, in percent with two
 * decimals; null when there was none.
 */
export function deliveredPercent(counts: Counts): number | null {
  const done = counts.delivered + counts.downloaded;
  const meant = done + counts.waiting + counts.retrying + counts.stuck + counts.failed;
  return meant === 0 ? null : Math.round((10_000 * done) / meant) / 100;
}
