import type { Session } from "../source/session.ts";
import type { Value } from "../source/value-types.ts";
import { formatInstant, type Micros, SECOND } from "../time/instant.ts";

export type RunState = "planned" | "running" | "done" | "failed" | "interrupted" | "skipped";

/** A due time, decided. */
export interface DecidedRun {
  dueAt: Micros;
  /** Not before. */
  startAt: Micros;
  window: { from: Micros; to: Micros; timeZone: string };
  /** Why it does not run; undefined when it does. */
  skip: string | undefined;
}

/** A run that this process has taken. */
export interface ClaimedRun {
  runId: number;
  schedule: string;
  dueAt: Micros;
  window: { from: Micros; to: Micros; timeZone: string };
  /** Counts from 1. */
  attempt: number;
  holder: string;
  /** Until then nobody else takes it; whoever holds it stops itself before. */
  leaseUntil: Micros;
  /** The ledger's clock when it was taken. */
  claimedAt: Micros;
}

/** A line of `schedule list`. */
export interface ListedRun {
  runId: number;
  schedule: string;
  dueAt: Micros;
  window: { from: Micros; to: Micros; timeZone: string };
  state: RunState;
  reason: string | null;
  attempts: number;
  /** For one that waits, or is tried again: not before. */
  startAt: Micros;
  claimedAt: Micros | null;
  /** Until when it is its process's; null when nobody has it. */
  leaseUntil: Micros | null;
  /** Its lease has run out by the ledger's clock: its process is lost, and the next scheduler decides what becomes of it. */
  lost: boolean;
  endedAt: Micros | null;
  provisional: boolean | null;
  folder: string | null;
}

/** A run that nobody will try again. */
export interface GivenUp {
  runId: number;
  schedule: string;
  window: { from: Micros; to: Micros; timeZone: string };
  reason: string;
}

/** What is known of a schedule before its due times are decided. */
export interface ScheduleState {
  name: string;
  consideredUntil: Micros;
  /** When runs of it were at work after that. */
  busy: { from: Micros; to: Micros | undefined }[];
}

/** A run that fails, or whose process is lost, is tried so often. */
export const MOST_ATTEMPTS = 5;

const text = (instant: Micros): string => formatInstant(instant);

/**
 * Claims and states of scheduled runs. Every method is one statement or two, and the database's
 * clock decides: of any number of schedulers, however their own clocks run, one gets each due time.
 */
export class RunLedger {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** The ledger's clock. */
  async now(): Promise<Micros> {
    const [row] = await this.#rows("select clock_timestamp()", [], "reading the ledger's clock");
    return row?.[0] as Micros;
  }

  /**
   * Makes schedules known. One that is new, or was switched off, begins now: what was due before is nothing that
   * was missed.
   */
  async meet(names: readonly string[]): Promise<void> {
    await this.#rows(
      `insert into lineage_report.schedule as s (name, considered_until)
       select name, now() from unnest($1::text[]) as name order by name
       on conflict (name) do update set considered_until = now() where s.considered_until is null`,
      [names],
      "making schedules known",
    );
  }

  /** Switches schedules off: nothing that falls due from now on is missed. */
  async pause(names: readonly string[]): Promise<void> {
    await this.#rows(
      "update lineage_report.schedule set considered_until = null where name = any($1::text[]) and considered_until is not null",
      [names],
      "switching schedules off",
    );
  }

  /** Names of the schedules that begin so and are switched on. */
  async knownWith(prefix: string): Promise<string[]> {
    const rows = await this.#rows(
      "select name from lineage_report.schedule where starts_with(name, $1) and considered_until is not null",
      [prefix],
      "reading the schedules",
    );
    return rows.map(([name]) => name as string);
  }

  /** Up to when each schedule is decided, and when its runs were at work since. */
  async states(names: readonly string[]): Promise<ScheduleState[]> {
    const rows = await this.#rows(
      `select s.name, s.considered_until, r.claimed_at,
         case r.state when 'running' then case when r.lease_until <= now() then r.lease_until end else r.ended_at end
       from lineage_report.schedule s
       left join lineage_report.run r on r.schedule = s.name and r.claimed_at is not null
         and (r.ended_at is null or r.ended_at > s.considered_until)
       where s.name = any($1::text[]) and s.considered_until is not null
       order by s.name, r.claimed_at`,
      [names],
      "reading the schedules",
    );
    const states = new Map<string, ScheduleState>();
    for (const [name, consideredUntil, from, to] of rows) {
      const state = states.get(name as string) ?? {
        name: name as string,
        consideredUntil: consideredUntil as Micros,
        busy: [],
      };
      if (from !== null) state.busy.push({ from: from as Micros, to: (to as Micros | null) ?? undefined });
      states.set(state.name, state);
    }
    return [...states.values()];
  }

  /**
   * Writes down what was decided of the due times up to `until`. Only the first of several that
   * decided the same span is taken, in one statement; the others change nothing.
   *
   * @returns whether it was taken
   */
  async record(state: ScheduleState, until: Micros, decided: readonly DecidedRun[]): Promise<boolean> {
    const rows = await this.#rows(
      `with moved as (
         update lineage_report.schedule set considered_until = $3::timestamptz
         where name = $1 and considered_until = $2::timestamptz and considered_until < $3::timestamptz
         returning name
       ), added as (
         insert into lineage_report.run
           (schedule, due_at, start_at, window_from, window_to, time_zone, state, reason, ended_at)
         select moved.name, d.due_at, d.start_at, d.window_from, d.window_to, d.time_zone,
           case when d.skip is null then 'planned' else 'skipped' end, d.skip, case when d.skip is not null then now() end
         from moved, unnest($4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::text[])
           as d (due_at, start_at, window_from, window_to, time_zone, skip)
         on conflict (schedule, due_at) do nothing
       )
       select 1 from moved`,
      [
        state.name,
        exact(state.consideredUntil),
        exact(until),
        decided.map(({ dueAt }) => text(dueAt)),
        decided.map(({ startAt }) => text(startAt)),
        decided.map(({ window }) => text(window.from)),
        decided.map(({ window }) => text(window.to)),
        decided.map(({ window }) => window.timeZone),
        decided.map(({ skip }) => skip ?? null),
      ],
      "writing down what is due",
    );
    return rows.length > 0;
  }

  /**
   * Takes the oldest run that may begin, one at a time for each schedule: planned, interrupted, failed and due for another try, or left by
   * a process whose lease has run out. One statement.
   */
  async claim(names: readonly string[], holder: string, lease: Micros): Promise<ClaimedRun | undefined> {
    const [row] = await this.#rows(
      `with candidate as (
         select r.run_id, s.name
         from lineage_report.run r join lineage_report.schedule s on s.name = r.schedule
         where s.name = any($1::text[]) and (s.busy_until is null or s.busy_until <= now())
           and r.start_at <= now() and r.attempts < $4
           and (r.state in ('planned', 'interrupted', 'failed') or (r.state = 'running' and r.lease_until <= now()))
         order by r.due_at, r.run_id
         limit 1
         for update of s, r skip locked
       ), busy as (
         update lineage_report.schedule s set busy_until = now() + $3::double precision * interval '1 second'
         from candidate c where s.name = c.name
       )
       update lineage_report.run r set state = 'running', holder = $2, attempts = r.attempts + 1, claimed_at = now(),
         lease_until = now() + $3::double precision * interval '1 second', ended_at = null, reason = null
       from candidate c where r.run_id = c.run_id
       returning r.run_id, r.schedule, r.due_at, r.window_from, r.window_to, r.time_zone, r.attempts, r.lease_until, r.claimed_at`,
      [names, holder, lease / SECOND, MOST_ATTEMPTS],
      "taking a run",
    );
    if (!row) return undefined;
    const [runId, schedule, dueAt, from, to, timeZone, attempt, leaseUntil, claimedAt] = row;
    return {
      runId: Number(runId),
      schedule: schedule as string,
      dueAt: dueAt as Micros,
      window: { from: from as Micros, to: to as Micros, timeZone: timeZone as string },
      attempt: Number(attempt),
      holder,
      leaseUntil: leaseUntil as Micros,
      claimedAt: claimedAt as Micros,
    };
  }

  /** Whether the run is still this process's: nobody took it over, and its lease has not run out. */
  async holds(claim: ClaimedRun): Promise<boolean> {
    const rows = await this.#rows(
      `select 1 from lineage_report.run
       where run_id = $1 and holder = $2 and attempts = $3 and state = 'running' and lease_until > now()`,
      [claim.runId, claim.holder, claim.attempt],
      "looking whether the run is still held",
    );
    return rows.length > 0;
  }

  /**
   * Ends a taken run, in one statement. A failed one may be tried again after `retryAfter`.
   *
   * @returns false when somebody else has taken it meanwhile, and nothing was changed
   */
  async end(
    claim: ClaimedRun,
    outcome: {
      state: "done" | "failed" | "interrupted" | "skipped";
      reason?: string | undefined;
      folder?: string | undefined;
      provisional?: boolean | undefined;
      retryAfter?: Micros | undefined;
    },
  ): Promise<boolean> {
    const rows = await this.#rows(
      `with ended as (
         update lineage_report.run set state = $4, reason = $5, folder = $6, provisional = $7, ended_at = now(), lease_until = null,
           start_at = case when $4 = 'failed' then now() + $8::double precision * interval '1 second' else start_at end,
           -- An interrupted run was no failure, and does not use up a try.
           attempts = case when $4 = 'interrupted' then attempts - 1 else attempts end
         where run_id = $1 and holder = $2 and attempts = $3 and state = 'running'
         returning schedule
       )
       update lineage_report.schedule s set busy_until = null from ended where s.name = ended.schedule returning 1`,
      [
        claim.runId,
        claim.holder,
        claim.attempt,
        outcome.state,
        outcome.reason ?? null,
        outcome.folder ?? null,
        outcome.provisional ?? null,
        (outcome.retryAfter ?? 0) / SECOND,
      ],
      "ending a run",
    );
    return rows.length > 0;
  }

  /** The holders of runs that are at work. */
  async holders(names: readonly string[]): Promise<string[]> {
    const rows = await this.#rows(
      "select distinct holder from lineage_report.run where state = 'running' and schedule = any($1::text[])",
      [names],
      "reading who is at work",
    );
    return rows.map(([holder]) => holder as string);
  }

  /**
   * Gives back the runs of a holder that is known to be dead, without waiting for its lease to run out. At the last try
   * they have failed.
   *
   * @returns how many were given back, and those that were not
   */
  async free(holder: string): Promise<{ freed: number; givenUp: GivenUp[] }> {
    const rows = await this.#rows(
      `with freed as (
         update lineage_report.run set
           state = case when attempts < $2 then 'interrupted' else 'failed' end,
           reason = case when attempts < $2 then 'the process that ran it died' else $3 end,
           ended_at = now(), lease_until = null
         where state = 'running' and holder = $1
         returning run_id, schedule, window_from, window_to, time_zone, state, reason
       ), idle as (
         update lineage_report.schedule s set busy_until = null from freed where s.name = freed.schedule
       )
       select run_id, schedule, window_from, window_to, time_zone, reason, state = 'failed' from freed order by run_id`,
      [holder, MOST_ATTEMPTS, `the process that ran it died at the last of ${MOST_ATTEMPTS} tries`],
      "giving back the run of a dead process",
    );
    const givenUp = rows.filter((row) => row[6] === true).map(givenUpRun);
    return { freed: rows.length - givenUp.length, givenUp };
  }

  /** Ends what nobody takes up again: runs whose lease ran out at the last try. */
  async giveUp(): Promise<GivenUp[]> {
    const rows = await this.#rows(
      `update lineage_report.run set state = 'failed', reason = $2, ended_at = lease_until, lease_until = null
       where state = 'running' and lease_until <= now() and attempts >= $1
       returning run_id, schedule, window_from, window_to, time_zone, reason`,
      [MOST_ATTEMPTS, `its lease ran out at the last of ${MOST_ATTEMPTS} tries: the process that ran it was lost`],
      "giving up runs whose process is lost",
    );
    return rows.map(givenUpRun);
  }

  /**
   * Runs of the last week that failed at their last try and of which the operators have no notice yet. Asked of the states and not
   * remembered, so that a process which dies between the two changes nothing.
   */
  async untold(): Promise<GivenUp[]> {
    const rows = await this.#rows(
      `select r.run_id, r.schedule, r.window_from, r.window_to, r.time_zone, coalesce(r.reason, '')
       from lineage_report.run r
       where r.state = 'failed' and r.attempts >= $1 and r.ended_at > now() - interval '7 days' and not exists (
         select 1 from lineage_report.mail m
         where m.kind = 'notice' and m.organization = '' and m.schedule in (r.schedule, r.schedule || ' (redirected)')
           and m.window_from = r.window_from and m.window_to = r.window_to)
       order by r.run_id`,
      [MOST_ATTEMPTS],
      "reading which runs failed for good",
    );
    return rows.map(givenUpRun);
  }

  /** Whether a run of the schedule has covered the window already. */
  async covered(schedule: string, window: { from: Micros; to: Micros }, except: number): Promise<boolean> {
    const rows = await this.#rows(
      `select 1 from lineage_report.run
       where schedule = $1 and window_from = $2::timestamptz and window_to = $3::timestamptz and state = 'done' and run_id <> $4 limit 1`,
      [schedule, text(window.from), text(window.to), except],
      "looking whether the window was run",
    );
    return rows.length > 0;
  }

  /** The latest due times, latest first. */
  async list(limit: number, schedule?: string): Promise<ListedRun[]> {
    const rows = await this.#rows(
      `select run_id, schedule, due_at, window_from, window_to, time_zone, state, reason, attempts, start_at, claimed_at, lease_until,
         state = 'running' and lease_until <= now(), ended_at, provisional, folder
       from lineage_report.run where $2::text is null or schedule = $2
       order by due_at desc, run_id desc limit $1`,
      [limit, schedule ?? null],
      "listing the runs",
    );
    return rows.map(([runId, name, dueAt, from, to, timeZone, state, reason, attempts, ...rest]) => {
      const [startAt, claimedAt, leaseUntil, lost, endedAt, provisional, folder] = rest;
      return {
        runId: Number(runId),
        schedule: name as string,
        dueAt: dueAt as Micros,
        window: { from: from as Micros, to: to as Micros, timeZone: timeZone as string },
        state: state as RunState,
        reason: reason as string | null,
        attempts: Number(attempts),
        startAt: startAt as Micros,
        claimedAt: claimedAt as Micros | null,
        leaseUntil: leaseUntil as Micros | null,
        lost: lost === true,
        endedAt: endedAt as Micros | null,
        provisional: provisional as boolean | null,
        folder: folder as string | null,
      };
    });
  }

  async #rows(sql: string, values: readonly unknown[], what: string): Promise<readonly Value[][]> {
    return (await this.#session.query(sql, values, { what })).rows;
  }
}

function givenUpRun([runId, schedule, from, to, timeZone, reason]: readonly Value[]): GivenUp {
  return {
    runId: Number(runId),
    schedule: schedule as string,
    window: { from: from as Micros, to: to as Micros, timeZone: timeZone as string },
    reason: reason as string,
  };
}

/** An instant with its microseconds, to be compared with what the database keeps. */
function exact(instant: Micros): string {
  const micros = String(instant - Math.floor(instant / SECOND) * SECOND).padStart(6, "0");
  return `${formatInstant(instant).slice(0, 19)}.${micros}Z`;
}
