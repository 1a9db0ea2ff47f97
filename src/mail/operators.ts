import { type ListedMail, MAIL_STATES, type MailKey, type NewMail } from "../ledger/mails.ts";
import { OUTCOMES } from "../outcome/words.ts";
import type { Render } from "../report/templates.ts";
import { total } from "../summary/counts.ts";
import type { Summary } from "../summary/types.ts";
import { type Micros, parseInstant } from "../time/instant.ts";
import { describeWindow } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import { composeMessage } from "./compose.ts";
import { messageIdOf, threadIdOf } from "./message-id.ts";
import { footerOf } from "./plan.ts";
import { checkRecipients } from "./recipients.ts";
import type { MailSettings } from "./settings.ts";
import { printable, subjectOf, type Verdict, windowOf } from "./view.ts";

const MOST_NAMED = 40;

export interface OperatorsRequest {
  summary: Summary;
  schedule: string;
  settings: MailSettings & { from: string };
  render: Render;
  now: Micros;
  provisionalUntil: Micros | undefined;
  /** The window's mails as they stand now. */
  mails: readonly ListedMail[];
  /** A notice is about one organization's mail that was refused after the operators' mail had gone out. */
  about?: ListedMail | undefined;
}

/**
 * The operators' mail about a run: that the job ran, and which mails need a person. It is sent also when all is well, so that no
 * mail means that the job did not run.
 */
export async function operatorsMail(request: OperatorsRequest): Promise<NewMail> {
  const { summary, schedule, settings, about } = request;
  const window = windowOf(summary.window);
  const key: MailKey = about
    ? { schedule, window, kind: "notice", organization: about.organization }
    : { schedule, window, kind: "operators", organization: "" };
  const recipients = checkRecipients(settings.operators, { ...settings, allowedDomains: [] });
  const to = "to" in recipients ? recipients.to : [];
  const view = viewOf(request);
  const tag =
    "redirectedFrom" in recipients && recipients.redirectedFrom.length > 0
      ? "[staging] [ReportStream]"
      : "[ReportStream]";
  const subject = subjectOf(view.verdict, about?.organization ?? "", summary.window, tag);
  const messageId = messageIdOf(key, settings.from);
  const message = await composeMessage({
    messageId,
    threadId: threadIdOf(key, settings.from),
    from: settings.from,
    fromName: settings.fromName,
    replyTo: settings.replyTo,
    to,
    subject,
    text: request.render("mail-operators.text", { ...view, subject }),
    html: request.render("mail-operators.html", { ...view, subject }),
    listName: "operators.delivery-reports",
    attachment: undefined,
    date: request.now,
  });
  const decided: Pick<NewMail, "state" | "reason"> =
    "fault" in recipients
      ? { state: "refused", reason: recipients.fault }
      : "skip" in recipients
        ? { state: "skipped", reason: recipients.skip }
        : { state: "planned", reason: undefined };
  return { ...key, ...decided, messageId, sender: settings.from, recipients: to, subject, message, figures: {} };
}

function viewOf({ summary, schedule, settings, provisionalUntil, mails, about }: OperatorsRequest) {
  const { totals, window } = summary;
  const organizations = mails.filter(({ kind }) => kind === "organization");
  const attention = (about ? [about] : organizations).filter(({ state }) =>
    ["held", "refused", "unknown"].includes(state),
  );
  const openFailures = summary.failures.filter(({ state }) => state === "open" || state === "resent").length;
  return {
    verdict: verdict(summary, attention, openFailures),
    title: about ? `A mail of the schedule ${printable(schedule)}` : `The run of the schedule ${printable(schedule)}`,
    windowText: describeWindow(windowOf(window)),
    snapshotText: formatMoment(parseInstant(summary.snapshot.at) as Micros, window.timeZone),
    provisionalUntil: provisionalUntil === undefined ? null : formatMoment(provisionalUntil, window.timeZone),
    submissions: totals.submissions,
    rejectedSubmissions: totals.rejectedSubmissions,
    byItem: {
      total: total(totals.byItem),
      parts: OUTCOMES.map((outcome) => ({ outcome, count: totals.byItem[outcome] })).filter(({ count }) => count > 0),
    },
    failures: summary.failures.length,
    openFailures,
    mails: MAIL_STATES.map((state) => ({
      state,
      count: organizations.filter((mail) => mail.state === state).length,
    })).filter(({ count }) => count > 0),
    attention: attention.slice(0, MOST_NAMED).map(({ organization, state, mailId, reason, reply }) => ({
      organization: printable(organization),
      state,
      mailId,
      reason: printable(reason ?? reply ?? ""),
    })),
    more: Math.max(0, attention.length - MOST_NAMED),
    footer: footerOf(settings, "You get this because you are named in mail.operators."),
  };
}

function verdict(summary: Summary, attention: readonly ListedMail[], openFailures: number): Verdict {
  const count = (value: number, what: string): string => `${value} ${what}${value === 1 ? "" : "s"}`;
  const { stuck } = summary.totals.byItem;
  const wrong = [
    attention.length > 0 ? `${count(attention.length, "mail")} to look at` : "",
    openFailures > 0 ? `${count(openFailures, "file")} not sent` : "",
    stuck > 0 ? `${count(stuck, "item")} stuck` : "",
  ].filter((text) => text !== "");
  if (wrong.length > 0) return { level: "action", label: "Action needed", text: wrong.join(", ") };
  return {
    level: "clear",
    label: "All clear",
    text: `the job ran, ${count(summary.totals.submissions, "submission")}`,
  };
}
