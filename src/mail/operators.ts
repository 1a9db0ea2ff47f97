import { type ListedMail, MAIL_STATES, type MailKey, type NewMail } from "../ledger/mails.ts";
import { OUTCOMES } from "../outcome/words.ts";
import type { Render } from "../report/templates.ts";
import { total } from "../summary/counts.ts";
import { VERDICT_LABELS, verdictOfRun, verdictText } from "../summary/operators/verdict.ts";
import type { Summary } from "../summary/types.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import { describeWindow } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import { composeMessage } from "./compose.ts";
import { snapshotText } from "./data-age.ts";
import { messageIdOf, threadIdOf } from "./message-id.ts";
import { checkRecipients } from "./recipients.ts";
import { footerOf } from "./render-mail.ts";
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
}

/**
 * The operators' mail about a run: that the job ran, and which mails need a person. It is sent also when all is well, so that no
 * mail means that the job did not run.
 */
export async function operatorsMail(request: OperatorsRequest): Promise<NewMail> {
  const { summary, schedule } = request;
  const key: MailKey = { schedule, window: windowOf(summary.window), kind: "operators", organization: "" };
  return toOperators(request, key, viewOf(request), ["mail-operators.text", "mail-operators.html"], summary.window);
}

/** What a person does about a mail that ended without the organization's having it for certain; lines of a mail's text. */
const NEXT = {
  refused: [
    "It is not tried again. Correct the address in lineage-report.yaml and send",
    "it anew with lineage-report mail send, or tell the organization otherwise.",
  ],
  unknown: [
    "It was handed over whole, and the server's answer was lost: it is not sent",
    "again by itself. Look for its Message-ID in the server's log, then say what",
    "was found with lineage-report mail resolve.",
  ],
} as const;

/** About one organization's mail that was refused, or whose end is unknown, after the operators' mail had gone out. */
export async function mailNotice(
  request: Pick<OperatorsRequest, "settings" | "render" | "now"> & { about: ListedMail },
): Promise<NewMail> {
  const { about, settings } = request;
  const { schedule, window, organization } = about;
  const state = about.state === "unknown" ? "unknown" : "refused";
  const name = printable(organization);
  const text = state === "unknown" ? `nobody knows whether ${name} has its mail` : `the mail of ${name} was refused`;
  const view = {
    verdict: { level: "action", label: "Action needed", text } satisfies Verdict,
    title: `A mail of the schedule ${printable(schedule)}`,
    windowText: describeWindow(window),
    mailId: about.mailId,
    recipients: about.recipients.join(", "),
    reason: printable([about.reason, about.reply, about.messageId].filter(Boolean).join("; "), 700),
    next: NEXT[state],
    footer: footerOf(settings, "You get this because you are named in mail.operators."),
  };
  const key: MailKey = { schedule, window, kind: "notice", organization };
  return toOperators(request, key, view, ["mail-notice.text", "mail-notice.html"], shownWindow(window));
}

/** A run that nobody will try again. */
export interface FailedRun {
  /** As mailSchedule names it. */
  schedule: string;
  window: MailKey["window"];
  reason: string;
  /** What a person types to make up for it. */
  commands: readonly string[];
}

/** About a run that failed for good: without this, only the missing of a mail would tell. */
export async function failedRunNotice(
  request: Pick<OperatorsRequest, "settings" | "render" | "now"> & { about: FailedRun },
): Promise<NewMail> {
  const { about, settings } = request;
  const { schedule, window, reason, commands } = about;
  const view = {
    verdict: { level: "action", label: "Action needed", text: "the run failed for good" } satisfies Verdict,
    title: `The run of the schedule ${printable(schedule)}`,
    windowText: describeWindow(window),
    reason: printable(reason, 700),
    commands: commands.map((command) => printable(command, 2000)),
    footer: footerOf(settings, "You get this because you are named in mail.operators."),
  };
  const key: MailKey = { schedule, window, kind: "notice", organization: "" };
  return toOperators(request, key, view, ["mail-failed-run.text", "mail-failed-run.html"], shownWindow(window));
}

function shownWindow({ from, to, timeZone }: MailKey["window"]): Summary["window"] {
  return { from: formatInstant(from), to: formatInstant(to), timeZone };
}

async function toOperators(
  request: Pick<OperatorsRequest, "settings" | "render" | "now">,
  key: MailKey,
  view: { verdict: Verdict },
  templates: readonly [string, string],
  window: Summary["window"],
): Promise<NewMail> {
  const { settings } = request;
  const recipients = checkRecipients(settings.operators, { ...settings, allowedDomains: [] });
  const to = "to" in recipients ? recipients.to : [];
  const tag =
    "redirectedFrom" in recipients && recipients.redirectedFrom.length > 0
      ? "[staging] [ReportStream]"
      : "[ReportStream]";
  const subject = subjectOf(view.verdict, "", window, tag);
  const messageId = messageIdOf(key, settings.from);
  const message = await composeMessage({
    messageId,
    threadId: threadIdOf(key, settings.from),
    from: settings.from,
    fromName: settings.fromName,
    replyTo: settings.replyTo,
    to,
    subject,
    text: request.render(templates[0], { ...view, subject }),
    html: request.render(templates[1], { ...view, subject }),
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

function viewOf({ summary, schedule, settings, provisionalUntil, mails }: OperatorsRequest) {
  const { totals, window } = summary;
  const organizations = mails.filter(({ kind }) => kind === "organization");
  const attention = organizations.filter(({ state }) => ["held", "refused", "unknown"].includes(state));
  const openFailures = summary.failures.filter(({ state }) => state === "open" || state === "resent").length;
  return {
    verdict: verdict(summary, attention),
    title: `The run of the schedule ${printable(schedule)}`,
    windowText: describeWindow(windowOf(window)),
    snapshotText: snapshotText(summary),
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

/** The run's own verdict, with the mails that need a person before it. */
function verdict(summary: Summary, attention: readonly ListedMail[]): Verdict {
  const run = verdictOfRun(summary);
  const count = attention.length;
  const facts = [
    ...(count === 0 ? [] : [{ text: `${count} ${count === 1 ? "mail" : "mails"} to look at` }]),
    ...run.facts.map(({ text }) => ({ text: printable(text) })),
  ];
  // That nothing happened is no reason to hide that the job ran.
  const level = count > 0 ? "action" : run.level === "nothing" ? "clear" : run.level;
  const text = verdictText({ level, facts }, summary.totals.submissions);
  return { level, label: VERDICT_LABELS[level], text: facts.length === 0 ? `the job ran, ${text}` : text };
}
