import { holderName, isDead } from "../ledger/holder.ts";
import type { MailKey, MailLedger, NewMail } from "../ledger/mails.ts";
import type { Render } from "../report/templates.ts";
import { HOUR, type Micros } from "../time/instant.ts";
import type { Figures } from "./figures.ts";
import { operatorsMail, refusalNotice } from "./operators.ts";
import { mailedOrganizations, type PlanRequest, planMail } from "./plan.ts";
import type { FinishedRun } from "./run-files.ts";
import { type SendRequest, type SentCounts, sendPlanned } from "./send.ts";
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
}

/**
 * The schedule's name in the mails' keys. A trial has keys of its own, so that it neither takes the place of
 * the real mail nor is taken for it.
 */
export function mailSchedule(schedule: string, { redirectAllTo }: Pick<MailSettings, "redirectAllTo">): string {
  return redirectAllTo === undefined ? schedule : `${schedule} (redirected)`;
}

/** Writes down one mail for each organization of a run; what is written down already stays. @returns how many are new */
export async function planRunMails(request: RunMailsRequest): Promise<number> {
  let added = 0;
  for await (const mail of plannedMails(request)) if (await request.ledger.plan(mail)) added++;
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

export interface DeliveryRequest {
  ledger: MailLedger;
  server: MailServer;
  settings: MailSettings;
  signal: AbortSignal;
  onSent?: SendRequest["onSent"];
}

/** Takes over what dead processes have begun, then sends everything that is planned and due. */
export async function deliver({ ledger, server, settings, signal, onSent }: DeliveryRequest): Promise<SentCounts> {
  await recoverMails(ledger);
  return sendPlanned({
    ledger,
    server,
    holder: holderName(),
    onlyTo: settings.redirectAllTo,
    connections: settings.connections,
    giveUp: settings.giveUpHours * HOUR,
    signal,
    ...(onSent ? { onSent } : {}),
  });
}

/** @returns the mails whose process is gone, with the state that this leaves them in */
export async function recoverMails(ledger: MailLedger): Promise<void> {
  for (const { mailId, holder, old } of await ledger.sending()) {
    if (old || isDead(holder)) await ledger.recover(mailId, holder);
  }
}

export interface NoticeRequest {
  ledger: MailLedger;
  settings: MailSettings & { from: string };
  render: Render;
  now: Micros;
  /** Mails that were refused after the operators' mail had gone out. */
  mailIds: readonly number[];
}

/** Tells the operators of single mails that were refused after days of trying. */
export async function planRefusalNotices({ ledger, mailIds, ...rest }: NoticeRequest): Promise<void> {
  const refused = await ledger.list({ states: ["refused"], limit: 1000 });
  for (const about of refused.filter(({ mailId }) => mailIds.includes(mailId))) {
    await ledger.plan(await refusalNotice({ ...rest, about }));
  }
}
