import type { QuietSubject } from "./types.ts";

/**
 * From how many items a day on silence is worth a word. People stop reading alarms about a sender
 * with two items a week.
 */
export const SILENCE_LIMITS = {
  /** Usual items below which nothing at all is still no news. */
  nothing: 5,
  /** Usual items below which a drop is no news, and the share of the usual below which it is one. */
  drop: 40,
  share: 0.25,
  /** Weeks that are compared, and how many of their days must be known. */
  weeks: 8,
  known: 4,
  /** Earlier days that must be known before a pair is called new: many send on some weekdays only. */
  knownForNew: 7,
} as const;

/** Items of one day by the subject's key; whoever is not in it had none. */
export type Traffic = ReadonlyMap<string, number>;

/** A subject that had nothing, or far less than usual. */
export interface Quiet {
  key: string;
  state: QuietSubject["state"];
  usual: number;
  items: number;
}

/** The middle value, or the mean of the two middle ones; 0 for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median of a subject's items on the compared days, days without it counted as 0. */
export function usualItems(key: string, compared: readonly Traffic[]): number {
  return median(compared.map((day) => day.get(key) ?? 0));
}

/** Whether so many items are news where `usual` are usual. */
export function quietState(items: number, usual: number): Quiet["state"] | undefined {
  if (items === 0) return usual >= SILENCE_LIMITS.nothing ? "nothing" : undefined;
  return usual >= SILENCE_LIMITS.drop && items < usual * SILENCE_LIMITS.share ? "far less" : undefined;
}

/**
 * The subjects of which the day had nothing, or far less than the compared days; none when too few
 * days are known. Ordered by what is missing most, then by key.
 */
export function quietSubjects(day: Traffic, compared: readonly Traffic[]): Quiet[] {
  if (compared.length < SILENCE_LIMITS.known) return [];
  const quiet: Quiet[] = [];
  for (const key of new Set(compared.flatMap((traffic) => [...traffic.keys()]))) {
    const usual = usualItems(key, compared);
    const items = day.get(key) ?? 0;
    const state = quietState(items, usual);
    if (state) quiet.push({ key, state, usual, items });
  }
  return quiet.sort(
    (left, right) => right.usual - right.items - (left.usual - left.items) || (left.key < right.key ? -1 : 1),
  );
}
