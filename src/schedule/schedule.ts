import type { Micros } from "../time/instant.ts";
import { type Period, resolveWindow, type Window } from "../time/window.ts";
import type { CronExpression } from "./cron.ts";
import type { CatchUp } from "./policy.ts";

/** One schedule, from the configuration or from a row of email_schedule. */
export interface Schedule {
  /** Its key in the ledger: the configured name, or `email_schedule/7`. */
  name: string;
  cron: CronExpression;
  /** The zone whose clock the expression is about. */
  timeZone: string;
  /** The last one that is over at the due time. */
  window: Period;
  /** The zone whose days the window is about. */
  windowTimeZone: string;
  /** Only these; empty for all. */
  organizations: readonly string[];
  mail: boolean;
  /** For every organization's mail, instead of the configured ones; undefined for those. */
  emails: readonly string[] | undefined;
  catchUp: CatchUp;
  /** What was missed longer ago is not caught up. */
  catchUpMaxAge: Micros;
  /** Wait until the window has settled, or run when due and say that the figures are provisional. */
  unsettled: "wait" | "provisional";
  /** A schedule that is switched off is not behind when it is switched on again. */
  enabled: boolean;
}

/** The window of a due time. */
export function windowOf(schedule: Pick<Schedule, "window" | "windowTimeZone">, dueAt: Micros): Window {
  return resolveWindow({ last: schedule.window, timeZone: schedule.windowTimeZone }, dueAt);
}

/** When the run of a due time may begin: then, or when its window has settled. */
export function startOf(schedule: Pick<Schedule, "unsettled">, dueAt: Micros, window: Window, settle: Micros): Micros {
  return schedule.unsettled === "wait" ? Math.max(dueAt, window.to + settle) : dueAt;
}
