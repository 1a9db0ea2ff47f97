import type { DecidedRun, RunLedger } from "../ledger/runs.ts";
import { dueBetween } from "../schedule/due.ts";
import { decide } from "../schedule/policy.ts";
import { type Schedule, startOf, windowOf } from "../schedule/schedule.ts";
import type { Micros } from "../time/instant.ts";
import { EMAIL_SCHEDULE_PREFIX } from "./schedules.ts";

/** A schedule that comes every minute and was away for weeks would have more; the oldest are then not even written down as missed. */
const MOST_DUE = 10_000;

/**
 * Decides everything that fell due since it was last looked, by the ledger's clock. Of several
 * schedulers that do so at once, one writes it down.
 *
 * @returns what this one has written down, by schedule
 */
export async function decideDue(
  ledger: RunLedger,
  schedules: readonly Schedule[],
  settle: Micros,
): Promise<{ schedule: Schedule; decided: DecidedRun[] }[]> {
  const on = schedules.filter(({ enabled }) => enabled);
  const off = schedules.filter(({ enabled }) => !enabled).map(({ name }) => name);
  const names = on.map(({ name }) => name);
  // A row that was switched off in the database is not read any more; it is known from before.
  const rows = await ledger.knownWith(EMAIL_SCHEDULE_PREFIX);
  const gone = rows.filter((name) => !names.includes(name));
  if (off.length + gone.length > 0) await ledger.pause([...off, ...gone]);
  await ledger.meet(names);
  const now = await ledger.now();
  const written: { schedule: Schedule; decided: DecidedRun[] }[] = [];
  for (const state of await ledger.states(names)) {
    const schedule = on.find(({ name }) => name === state.name) as Schedule;
    const due = dueBetween(schedule.cron, schedule.timeZone, state.consideredUntil, now, MOST_DUE);
    if (due.length === 0) continue;
    const decided = decide({
      dueTimes: due.map(({ at }) => at),
      now,
      catchUp: schedule.catchUp,
      maxAge: schedule.catchUpMaxAge,
      busy: state.busy,
    }).map(({ dueAt, skip }): DecidedRun => {
      const window = windowOf(schedule, dueAt);
      return { dueAt, skip, window, startAt: startOf(schedule, dueAt, window, settle) };
    });
    if (await ledger.record(state, now, decided)) written.push({ schedule, decided });
  }
  return written;
}
