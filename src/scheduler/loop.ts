import { ConfigError, InterruptedError, ReportError } from "../errors.ts";
import { withLedger } from "../ledger/connection.ts";
import { holderName, isDead } from "../ledger/holder.ts";
import { MailLedger } from "../ledger/mails.ts";
import { type ClaimedRun, RunLedger } from "../ledger/runs.ts";
import { provisionalUntil } from "../mail/provisional.ts";
import type { FinishedRun } from "../mail/run-files.ts";
import {
  deliver,
  mailSchedule,
  planOperatorsMail,
  planRefusalNotices,
  planRunMails,
  type RunMailsRequest,
} from "../mail/run-mails.ts";
import type { MailSettings } from "../mail/settings.ts";
import type { MailServer } from "../mail/smtp.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { ConnectionSettings } from "../source/connection-settings.ts";
import { formatInstant, HOUR, MINUTE, type Micros } from "../time/instant.ts";
import { describeWindow } from "../time/window.ts";
import { decideDue } from "./decide.ts";
import { executeRun, type RunTools } from "./execute.ts";

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
const FAREWELL_MS = 4000;

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
    const claim = await withLedger(
      tools.ledger,
      async (session) => {
        const ledger = new RunLedger(session);
        await freeDead(ledger, names, tools.say);
        for (const { schedule, decided } of await decideDue(
          ledger,
          schedules,
          tools.config.limits.settleHours * HOUR,
        )) {
          for (const { dueAt, skip } of decided) {
            if (skip) tools.say(`${schedule.name}: due ${formatInstant(dueAt)}, skipped: ${skip}`);
          }
        }
        return ledger.claim(names, holderName(), lease);
      },
      tools.signal,
    );
    if (!claim) break;
    const schedule = schedules.find(({ name }) => name === claim.schedule) as Schedule;
    await runClaimed(claim, schedule, tools, round);
    if (tools.signal.aborted) throw new InterruptedError();
  }
  if (tools.mail) await sendRest(tools, round);
  return round;
}

/** Runs of processes that died here are given back without waiting for their lease. */
async function freeDead(ledger: RunLedger, names: readonly string[], say: (line: string) => void): Promise<void> {
  for (const holder of await ledger.holders(names)) {
    if (isDead(holder) && (await ledger.free(holder)) > 0) say("a run whose process died is taken up again");
  }
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
      await withLedger(tools.ledger, (session) =>
        new RunLedger(session).covered(claim.schedule, claim.window, claim.runId),
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

async function failed(
  { claim, error, over, title }: { claim: ClaimedRun; error: unknown; over: boolean; title: string },
  tools: SchedulerTools,
  round: Round,
): Promise<void> {
  const cause = over ? tooLong(tools) : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (tools.signal.aborted && !over) {
    await Promise.race([
      end(claim, { state: "interrupted", reason: "stopped" }, tools).catch(() => undefined),
      pause(FAREWELL_MS),
    ]);
    tools.say(`${title}, interrupted; the next scheduler takes it up again`);
    throw new InterruptedError();
  }
  round.failed++;
  round.faults.push(`${title}: ${reason}`);
  tools.say(`${title}, failed: ${reason}`);
  await end(claim, { state: "failed", reason, retryAfter: 5 * MINUTE * 2 ** (claim.attempt - 1) }, tools);
  // What nobody can mend by waiting ends the scheduler, so that somebody sees it.
  if (cause instanceof ConfigError) throw cause;
}

function end(claim: ClaimedRun, outcome: Parameters<RunLedger["end"]>[1], tools: SchedulerTools): Promise<boolean> {
  return withLedger(tools.ledger, (session) => new RunLedger(session).end(claim, outcome));
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis).unref());
}

interface MailedRun {
  claim: ClaimedRun;
  schedule: Schedule;
  run: FinishedRun;
  until: Micros | undefined;
}

/** Plans and sends a run's mails, then the operators'. Every step can be done again and does nothing twice. */
async function mailRun(
  { claim, schedule, run, until }: MailedRun,
  tools: SchedulerTools,
  { settings, server }: NonNullable<SchedulerTools["mail"]>,
): Promise<void> {
  await withLedger(tools.ledger, async (session) => {
    // Whoever lost the claim meanwhile must not mail: its successor does.
    if (!(await new RunLedger(session).holds(claim)))
      throw new ReportError(1, "another scheduler has taken the run over");
    const ledger = new MailLedger(session);
    const operatorsOnly =
      schedule.name.includes("/") && schedule.organizations.length === 0 && schedule.emails !== undefined;
    const request: RunMailsRequest = {
      run,
      schedule: mailSchedule(schedule.name, settings),
      organizations: schedule.organizations,
      emails: schedule.emails,
      settings: operatorsOnly ? { ...settings, operators: schedule.emails ?? [] } : settings,
      render: tools.render,
      ledger,
      now: tools.now() * 1000,
      provisionalUntil: until,
    };
    if (!operatorsOnly) await planRunMails(request);
    await sendAll(ledger, tools, settings, server);
    tools.signal.throwIfAborted();
    await planOperatorsMail(request);
    await sendAll(ledger, tools, settings, server);
    tools.signal.throwIfAborted();
  });
}

/** Sends what waits for another try, or was released, and tells the operators of what was refused since. */
async function sendRest(tools: SchedulerTools, round: Round): Promise<void> {
  const { mail } = tools;
  if (!mail) return;
  await withLedger(tools.ledger, async (session) => {
    const ledger = new MailLedger(session);
    const refused = await sendAll(ledger, tools, mail.settings, mail.server);
    round.faults.push(
      ...refused.map(({ organization, reason }) => `the mail of ${organization} was refused: ${reason ?? ""}`),
    );
    if (refused.length === 0) return;
    await planRefusalNotices({
      ledger,
      settings: mail.settings,
      render: tools.render,
      now: tools.now() * 1000,
      mailIds: refused.map(({ mailId }) => mailId),
    });
    await sendAll(ledger, tools, mail.settings, mail.server);
  });
}

interface Refused {
  mailId: number;
  organization: string;
  reason: string | undefined;
}

async function sendAll(
  ledger: MailLedger,
  tools: SchedulerTools,
  settings: MailSettings,
  server: MailServer,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  await deliver({
    ledger,
    server,
    settings,
    signal: tools.signal,
    onSent: (mail, { state, reply, reason }) => {
      const whose = mail.organization === "" ? "operators" : mail.organization;
      tools.say(`${mail.schedule}: mail for ${whose} ${state}: ${reply || reason || ""}`);
      if (state === "refused" && mail.kind === "organization") {
        refused.push({ mailId: mail.mailId, organization: mail.organization, reason: reason ?? reply });
      }
    },
  });
  return refused;
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
