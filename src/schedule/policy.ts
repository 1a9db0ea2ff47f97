import { MINUTE, type Micros } from "../time/instant.ts";

export const CATCH_UP = ["all", "latest", "none"] as const;

/** What becomes of due times that nobody was there for. */
export type CatchUp = (typeof CATCH_UP)[number];

/** So long after its time a due time still counts as met: a tick comes once a minute, and a run before it may take its time to end. */
export const ON_TIME: Micros = 5 * MINUTE;

/** A due time, decided: to run, or skipped for a reason. */
export interface Decision {
  dueAt: Micros;
  /** Undefined: it runs. */
  skip: string | undefined;
}

export interface Question {
  /** Ascending, all of them past and undecided. */
  dueTimes: readonly Micros[];
  now: Micros;
  catchUp: CatchUp;
  /** What was missed longer ago is not caught up. */
  maxAge: Micros;
  /** When runs of this schedule were at work; `to` is undefined while one still is. */
  busy: readonly { from: Micros; to: Micros | undefined }[];
}

/**
 * Decides each due time once, pure. On time: it runs. Missed: `all` runs each, `latest` only the last
 * one, `none` none; nothing older than the limit. What fell due while a run of the same schedule was at work is skipped, except
 * under `all`, which owes every due time its run.
 */
export function decide({ dueTimes, now, catchUp, maxAge, busy }: Question): Decision[] {
  const overrun = (due: Micros): boolean =>
    catchUp !== "all" && busy.some(({ from, to }) => due > from && due <= (to ?? now));
  const reasons = dueTimes.map((due): string | undefined => {
    if (overrun(due)) return "still running";
    if (now - due <= ON_TIME) return undefined;
    if (catchUp === "none") return "missed, and nothing is caught up";
    return now - due > maxAge ? "missed, and older than is caught up" : undefined;
  });
  const last = reasons.lastIndexOf(undefined);
  return dueTimes.map((dueAt, index) => {
    const superseded = reasons[index] === undefined && catchUp === "latest" && index < last && now - dueAt > ON_TIME;
    return { dueAt, skip: superseded ? "missed, and a later one is caught up" : reasons[index] };
  });
}
