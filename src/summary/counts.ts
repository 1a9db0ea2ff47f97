import { OUTCOMES, type Outcome } from "../outcome/words.ts";

/** A number for each outcome. */
export type Counts = Record<Outcome, number>;

export function noCounts(): Counts {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Counts;
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
