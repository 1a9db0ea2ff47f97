import { holderName, isDead } from "../ledger/holder.ts";
import type { MailKey, MailKind, MailLedger, NewMail } from "../ledger/mails.ts";
import type { Render } from "../report/templates.ts";
import { HOUR, type Micros } from "../time/instant.ts";
import type { Figures } from "./figures.ts";
import { type FailedRun, failedRunNotice, mailNotice, operatorsMail } from "./operators.ts";
import { mailedOrganizations, type PlanRequest, planMail } from "./plan.ts";
import type { FinishedRun } from "./run-files.ts";
import { type SendRequest, sendPlanned } from "./send.ts";
import type { MailSettings } from "./settings.ts";
import type { MailServer } from "./smtp.ts";
import { windowOf } from "./view.ts";

/** Eight windows of the same weekday lie within so many days. */
const HISTORY = 60;

export interface RunMailsRequest {
  run: FinishedRun;
  /** As mailSchedule names it. */
  schedule: string;
  organizations: readonly string[];
  emails: readonly string[] | undefined;
  settings: MailSettings & { from: string };
  render: Render;
  ledger: MailLedger;
  now: Micros;
  provisionalUntil: Micros | undefined;
  signal?: AbortSignal;
}

/**
 * The schedule's name in the mails' keys. A trial has keys of its own, so that it neither takes the place of
 * the real mail nor is taken for it.
 */
export function mailSchedule(schedule: string, { redirectAllTo }: Pick<MailSettings, "redirectAllTo">): string {
  return redirectAllTo === undefined ? schedule : `${schedule} (redirected)`;
}

/**
 * Writes down one mail for each organization of a run; what is written down already stays.
 *
 * @returns how many are new
 * @throws the signal's reason between two mails
 */
export async function planRunMails(request: RunMailsRequest): Promise<number> {
  let added = 0;
  for await (const mail of plannedMails(request)) {
    request.signal?.throwIfAborted();
    if (await request.ledger.plan(mail)) added++;
  }
  return added;
}

/** The mails of a run as they would be written down. */
export async function* plannedMails(request: RunMailsRequest): AsyncGenerator<NewMail, void, undefined> {
  const { run, ledger } = request;
  const plan: PlanRequest = {
    ...request,
    summary: run.summary,
    history: async (key: MailKey) => (await ledger.history(key, HISTORY)) as { from: Micros; figures: Figures }[],
    summaryCsv: (organization) => run.summaryCsv(organization),
  };
  for (const organization of mailedOrganizations(plan)) yield planMail(plan, organization);
}

/** Plans the operators' mail of a run, from what has become of the others. */
export async function planOperatorsMail(request: RunMailsRequest): Promise<void> {
  const { run, ledger, schedule } = request;
  const mails = await ledger.ofWindow(schedule, windowOf(run.summary.window));
  await ledger.plan(await operatorsMail({ ...request, summary: run.summary, mails }));
}

/** How a mail ended that somebody has to look at. */
export interface Trouble {
  mailId: number;
  kind: MailKind;
  schedule: string;
  window: MailKey["window"];
  /** Empty for the operators' own. */
  organization: string;
  state: "refused" | "unknown";
  reason: string;
}

export interface DeliveryRequest {
  ledger: MailLedger;
  server: MailServer;
  settings: MailSettings;
  signal: AbortSignal;
  onSent?: SendRequest["onSent"];
}

/**
 * Takes over what dead processes have begun, then sends everything that is planned and due.
 *
 * @returns what ended so that a person has to know
 */
export async function deliver({ ledger, server, settings, signal, onSent }: DeliveryRequest): Promise<Trouble[]> {
  const troubles = await recoverMails(ledger);
  await sendPlanned({
    ledger,
    server,
    holder: holderName(),
    onlyTo: settings.redirectAllTo,
    connections: settings.connections,
    giveUp: settings.giveUpHours * HOUR,
    signal,
    onSent: (mail, outcome) => {
      const { mailId, kind, schedule, window, organization } = mail;
      const { state, reply } = outcome;
      if (state === "refused" || state === "unknown") {
        troubles.push({ mailId, kind, schedule, window, organization, state, reason: outcome.reason ?? reply });
      }
      onSent?.(mail, outcome);
    },
  });
  return troubles;
}

/** Takes over mails whose process is gone. @returns those of which nobody knows what became */
async function recoverMails(ledger: MailLedger): Promise<Trouble[]> {
  const unknown: number[] = [];
  for (const { mailId, holder, old } of await ledger.sending()) {
    if ((old || isDead(holder)) && (await ledger.recover(mailId, holder)) === "unknown") unknown.push(mailId);
  }
  return (await ledger.ofIds(unknown)).map(({ mailId, kind, schedule, window, organization, reason }) => {
    return { mailId, kind, schedule, window, organization, state: "unknown", reason: reason ?? "" };
  });
}

export interface NoticeRequest {
  ledger: MailLedger;
  settings: MailSettings & { from: string };
  render: Render;
  now: Micros;
}

/** Tells the operators of organizations' mails that ended badly after the operators' mail of their run had gone out. */
export async function planMailNotices({
  ledger,
  troubles,
  ...rest
}: NoticeRequest & { troubles: readonly Trouble[] }): Promise<void> {
  const told = troubles.filter(({ kind }) => kind === "organization").map(({ mailId }) => mailId);
  for (const about of await ledger.ofIds(told)) {
    if (about.state === "refused" || about.state === "unknown") await ledger.plan(await mailNotice({ ...rest, about }));
  }
}

/** Tells the operators of a run that nobody tries again. */
export async function planFailedRunNotice({
  ledger,
  about,
  ...rest
}: NoticeRequest & { about: FailedRun }): Promise<void> {
  await ledger.plan(await failedRunNotice({ ...rest, about }));
}
