import { ReportError } from "../errors.ts";
import { withLedger } from "../ledger/connection.ts";
import { MailLedger } from "../ledger/mails.ts";
import { type ClaimedRun, RunLedger } from "../ledger/runs.ts";
import type { FinishedRun } from "../mail/run-files.ts";
import {
  deliver,
  mailSchedule,
  planFailedRunNotice,
  planMailNotices,
  planOperatorsMail,
  planRunMails,
  type RunMailsRequest,
  type Trouble,
} from "../mail/run-mails.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { Session } from "../source/session.ts";
import type { Micros } from "../time/instant.ts";
import { commandsByHand } from "./by-hand.ts";
import { withGrace } from "./grace.ts";
import type { Round, SchedulerTools } from "./loop.ts";

type Mail = NonNullable<SchedulerTools["mail"]>;

/** A run whose folder is there, and who may mail it. */
export interface MailedRun {
  claim: ClaimedRun;
  schedule: Schedule;
  run: FinishedRun;
  /** Until when its figures are provisional. */
  until: Micros | undefined;
}

/** Plans and sends a run's mails, then the operators'. Every step can be done again and does nothing twice. */
export async function mailRun(
  { claim, schedule, run, until }: MailedRun,
  tools: SchedulerTools,
  mail: Mail,
): Promise<void> {
  const { signal } = tools;
  await withMails(tools, async (ledger, session) => {
    // Whoever lost the claim meanwhile must not mail: its successor does.
    if (!(await new RunLedger(session).holds(claim)))
      throw new ReportError(1, "another scheduler has taken the run over");
    const { settings } = mail;
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
      signal,
    };
    if (!operatorsOnly) await planRunMails(request);
    const troubles = await sendAll(ledger, tools, mail);
    signal.throwIfAborted();
    await planOperatorsMail(request);
    // The operators' mail names its own run's; whatever else went out of a backlog would be told to nobody.
    const { from, to } = claim.window;
    const told = (one: Trouble): boolean =>
      one.schedule === request.schedule && one.window.from === from && one.window.to === to;
    troubles.splice(0, troubles.length, ...troubles.filter((one) => !told(one)));
    troubles.push(...(await sendAll(ledger, tools, mail)));
    await tellOperators(ledger, troubles, tools, mail);
    signal.throwIfAborted();
  });
}

/**
 * Sends what waits for another try, or was released, and tells the operators of runs that failed for good and of mails that
 * nobody has for certain.
 */
export async function sendRest(schedules: readonly Schedule[], tools: SchedulerTools, round: Round): Promise<void> {
  const { mail } = tools;
  if (!mail) return;
  await withMails(tools, async (ledger, session) => {
    await planFailedRuns(session, schedules, tools, mail);
    const troubles = await sendAll(ledger, tools, mail);
    round.faults.push(
      ...troubles.map(({ organization, state, reason }) => {
        const whose = organization === "" ? "the operators" : organization;
        return `the mail of ${whose} is ${state}: ${reason}`;
      }),
    );
    await tellOperators(ledger, troubles, tools, mail);
  });
}

/** Writes down a notice of each run that failed for good and has none yet. */
async function planFailedRuns(
  session: Session,
  schedules: readonly Schedule[],
  tools: SchedulerTools,
  { settings }: Mail,
): Promise<void> {
  const ledger = new MailLedger(session);
  for (const { schedule: name, window, reason } of await new RunLedger(session).untold()) {
    const schedule = schedules.find((one) => one.name === name);
    const organizations = name.includes("/") ? [] : (schedule?.organizations ?? []);
    const byHand = { schedule: name, window, organizations, mail: schedule?.mail ?? false };
    await planFailedRunNotice({
      ledger,
      settings,
      render: tools.render,
      now: tools.now() * 1000,
      about: { schedule: mailSchedule(name, settings), window, reason, commands: commandsByHand(byHand, tools.config) },
    });
  }
}

async function tellOperators(
  ledger: MailLedger,
  troubles: readonly Trouble[],
  tools: SchedulerTools,
  mail: Mail,
): Promise<void> {
  if (troubles.length === 0 || tools.signal.aborted) return;
  const { settings } = mail;
  await planMailNotices({ ledger, settings, render: tools.render, now: tools.now() * 1000, troubles });
  await sendAll(ledger, tools, mail);
}

function sendAll(ledger: MailLedger, tools: SchedulerTools, { settings, server }: Mail): Promise<Trouble[]> {
  return deliver({
    ledger,
    server,
    settings,
    signal: tools.signal,
    onSent: (mail, { state, reply, reason }) => {
      const whose = mail.organization === "" ? "operators" : mail.organization;
      tools.say(`${mail.schedule}: mail for ${whose} ${state}: ${reply || reason || ""}`);
    },
  });
}

/** A session that outlives the signal by a little, so that what became of a mail under way is written down. */
function withMails(
  tools: SchedulerTools,
  work: (ledger: MailLedger, session: Session) => Promise<void>,
): Promise<void> {
  return withGrace(tools.signal, (grace) =>
    withLedger(tools.ledger, (session) => work(new MailLedger(session), session), grace),
  );
}
