import { ConfigError, InterruptedError, ReportError } from "../errors.ts";
import { withLedger } from "../ledger/connection.ts";
import { holderName, isDead } from "../ledger/holder.ts";
import { type ClaimedRun, type GivenUp, MOST_ATTEMPTS, RunLedger } from "../ledger/runs.ts";
import { provisionalUntil } from "../mail/provisional.ts";
import type { MailSettings } from "../mail/settings.ts";
import type { MailServer } from "../mail/smtp.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { ConnectionSettings } from "../source/connection-settings.ts";
import { formatInstant, HOUR, MINUTE, type Micros } from "../time/instant.ts";
import { describeWindow } from "../time/window.ts";
import { decideDue } from "./decide.ts";
import { executeRun, type RunTools } from "./execute.ts";
import { mailRun, sendRest } from "./mails.ts";

export interface SchedulerTools extends RunTools {
  ledger: ConnectionSettings;
  /** Undefined when no schedule mails. */
  mail: { settings: MailSettings & { from: string }; server: MailServer } | undefined;
  /** The schedules as they are now; those of the database may change while the scheduler runs. */
  schedules: () => Promise<{ schedules: readonly Schedule[]; faults: readonly string[] }>;
  signal: AbortSignal;
  /** One line about something that happened. */
  say: (line: string) => void;
}

/** What came of one look at the schedules. */
export interface Round {
  done: number;
  failed: number;
  /** Broken schedules, runs that failed, mails that were refused. */
  faults: string[];
}

/** A run stops itself so long before its lease ends. */
const MARGIN: Micros = 2 * MINUTE;

/** After the signal the ledger is told what was interrupted, but nobody waits longer for it. */
const FAREWELL_MS = 2500;

/**
 * Decides what is due, then runs everything that this process gets, one after the other, and sends its mails. Connections
 * to the ledger are open only before and after a run's snapshot.
 */
export async function runRound(tools: SchedulerTools): Promise<Round> {
  const round: Round = { done: 0, failed: 0, faults: [] };
  const { schedules, faults } = await tools.schedules();
  round.faults.push(...faults);
  for (const fault of faults) tools.say(`passed over: ${fault}`);
  const names = schedules.filter(({ enabled }) => enabled).map(({ name }) => name);
  const lease = tools.config.ledger.leaseMinutes * MINUTE;
  for (;;) {
    const { claim, givenUp } = await withLedger(
      tools.ledger,
      async (session) => {
        const ledger = new RunLedger(session);
        const lost = [...(await freeDead(ledger, names, tools.say)), ...(await ledger.giveUp())];
        for (const { schedule, decided } of await decideDue(
          ledger,
          schedules,
          tools.config.limits.settleHours * HOUR,
        )) {
          for (const { dueAt, skip } of decided) {
            if (skip) tools.say(`${schedule.name}: due ${formatInstant(dueAt)}, skipped: ${skip}`);
          }
        }
        return { claim: await ledger.claim(names, holderName(), lease), givenUp: lost };
      },
      tools.signal,
    );
    for (const run of givenUp) giveUp(run, tools, round);
    if (!claim) break;
    const schedule = schedules.find(({ name }) => name === claim.schedule) as Schedule;
    await runClaimed(claim, schedule, tools, round);
    if (tools.signal.aborted) throw new InterruptedError();
  }
  await sendRest(schedules, tools, round);
  return round;
}

/** Runs of processes that died here are given back without waiting for their lease. @returns those at their last try, which nobody gets */
async function freeDead(ledger: RunLedger, names: readonly string[], say: (line: string) => void): Promise<GivenUp[]> {
  const lost: GivenUp[] = [];
  for (const holder of await ledger.holders(names)) {
    if (!isDead(holder)) continue;
    const { freed, givenUp } = await ledger.free(holder);
    lost.push(...givenUp);
    if (freed > 0) say("a run whose process died is taken up again");
  }
  return lost;
}

/** Nobody tries the run again; at the round's end the operators are told. */
function giveUp(run: Omit<GivenUp, "runId">, tools: SchedulerTools, round: Round): void {
  const line = `${run.schedule}: ${describeWindow(run.window)}, given up: ${run.reason}`;
  round.failed++;
  round.faults.push(line);
  tools.say(line);
}

async function runClaimed(claim: ClaimedRun, schedule: Schedule, tools: SchedulerTools, round: Round): Promise<void> {
  const { say } = tools;
  const title = `${schedule.name}: due ${formatInstant(claim.dueAt)}`;
  const over = new AbortController();
  const lease = tools.config.ledger.leaseMinutes * MINUTE;
  const timer = setTimeout(() => over.abort(tooLong(tools)), (lease - MARGIN) / 1000);
  const signal = AbortSignal.any([tools.signal, over.signal]);
  try {
    if (
      await withLedger(
        tools.ledger,
        (session) => new RunLedger(session).covered(claim.schedule, claim.window, claim.runId),
        signal,
      )
    ) {
      await end(claim, { state: "skipped", reason: "its window was run already" }, tools);
      say(`${title}, skipped: its window was run already`);
      return;
    }
    say(`${title}, runs ${describeWindow(claim.window)}${claim.attempt > 1 ? `, try ${claim.attempt}` : ""}`);
    const run = await executeRun(claim, schedule, tools, signal);
    const until = provisionalUntil(run.summary, tools.config.limits.settleHours * HOUR);
    if (schedule.mail && tools.mail) await mailRun({ claim, schedule, run, until }, { ...tools, signal }, tools.mail);
    await end(claim, { state: "done", folder: run.folder, provisional: until !== undefined }, tools);
    round.done++;
    say(`${title}, done${until === undefined ? "" : ", provisional"}: ${run.folder}`);
  } catch (error) {
    await failed({ claim, error, over: over.signal.aborted, title }, tools, round);
  } finally {
    clearTimeout(timer);
  }
}

function tooLong({ config }: SchedulerTools): ReportError {
  return new ReportError(1, `the run took longer than ledger.leaseMinutes (${config.ledger.leaseMinutes}) allows`, {
    hint: "look what slows it down, or set ledger.leaseMinutes higher",
  });
}

interface FailedAttempt {
  claim: ClaimedRun;
  error: unknown;
  /** Its time was over. */
  over: boolean;
  title: string;
}

async function failed(
  { claim, error, over, title }: FailedAttempt,
  tools: SchedulerTools,
  round: Round,
): Promise<void> {
  const cause = over ? tooLong(tools) : error;
  if (tools.signal.aborted && !over) {
    const farewell = AbortSignal.timeout(FAREWELL_MS);
    await end(claim, { state: "interrupted", reason: "stopped" }, tools, farewell).catch(() => undefined);
    tools.say(`${title}, interrupted; the next scheduler takes it up again`);
    throw new InterruptedError();
  }
  const last = claim.attempt >= MOST_ATTEMPTS;
  const reason = last ? `${MOST_ATTEMPTS} tries, the last: ${reasonOf(cause)}` : reasonOf(cause);
  await end(claim, { state: "failed", reason, retryAfter: 5 * MINUTE * 2 ** (claim.attempt - 1) }, tools);
  if (last) giveUp({ schedule: claim.schedule, window: claim.window, reason }, tools, round);
  else {
    round.failed++;
    round.faults.push(`${title}: ${reason}`);
    tools.say(`${title}, failed: ${reason}`);
  }
  // What nobody can mend by waiting ends the scheduler, so that somebody sees it.
  if (cause instanceof ConfigError) throw cause;
}

/** What happened and what to do next, for the ledger and whoever reads it. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof ReportError)) return cause instanceof Error ? cause.message : String(cause);
  return cause.hint === undefined ? cause.message : `${cause.message}; ${cause.hint}`;
}

function end(
  claim: ClaimedRun,
  outcome: Parameters<RunLedger["end"]>[1],
  tools: SchedulerTools,
  signal?: AbortSignal,
): Promise<boolean> {
  return withLedger(tools.ledger, (session) => new RunLedger(session).end(claim, outcome), signal);
}

/**
 * Stays up: a round now, then one each minute. node-cron only ticks; what is due comes from the ledger. A tick during
 * a round is made up for at its end.
 *
 * @throws ConfigError from a round; InterruptedError when the signal ended it
 */
export async function stayUp(tools: SchedulerTools): Promise<never> {
  const { default: cron } = await import("node-cron");
  let ticked = true;
  let wake: () => void = () => undefined;
  const task = cron.schedule(
    "* * * * *",
    () => {
      ticked = true;
      wake();
    },
    { logger: { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined } },
  );
  const stop = (): void => wake();
  tools.signal.addEventListener("abort", stop);
  try {
    while (!tools.signal.aborted) {
      if (ticked) {
        ticked = false;
        await roundOrReason(tools);
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (tools.signal.aborted || ticked) resolve();
        });
      }
    }
    throw new InterruptedError("the scheduler was stopped");
  } finally {
    tools.signal.removeEventListener("abort", stop);
    await task.destroy();
  }
}

/** A database that is away for a while is no reason to end: the next tick looks again, and what was missed is caught up. */
async function roundOrReason(tools: SchedulerTools): Promise<void> {
  try {
    await runRound(tools);
  } catch (error) {
    if (tools.signal.aborted || !(error instanceof ReportError) || error instanceof ConfigError) throw error;
    tools.say(`this round ended early: ${error.message}`);
  }
}
