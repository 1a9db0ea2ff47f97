import type { MailKey, NewMail } from "../ledger/mails.ts";
import { organizationFolder } from "../output/names.ts";
import type { Render } from "../report/templates.ts";
import { noCounts } from "../summary/counts.ts";
import type { OrganizationSummary, Summary } from "../summary/types.ts";
import { type Micros, parseInstant } from "../time/instant.ts";
import { type Composition, composeMessage } from "./compose.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { holdReasons, skipReason } from "./gates.ts";
import { messageIdOf, threadIdOf } from "./message-id.ts";
import { checkRecipients, type Recipients } from "./recipients.ts";
import type { MailSettings } from "./settings.ts";
import { type MailView, mailView, printable, subjectOf, windowOf } from "./view.ts";

/** Which mails of a run are wanted, and what is known for deciding on each. */
export interface PlanRequest {
  summary: Summary;
  /** The schedule's name, or what stands for it; part of every key. */
  schedule: string;
  /** Only these; empty for every organization of the run and of the configuration. */
  organizations: readonly string[];
  /** Instead of the configured addresses. */
  emails: readonly string[] | undefined;
  settings: MailSettings & { from: string };
  render: Render;
  now: Micros;
  /** Until when the window's figures may still change; undefined when they are settled. */
  provisionalUntil: Micros | undefined;
  history: (key: MailKey) => Promise<readonly { from: Micros; figures: Figures }[]>;
  summaryCsv: (organization: string) => Promise<Buffer | undefined>;
}

/** Every organization that a run's mails are about, sorted. */
export function mailedOrganizations({ summary, organizations, emails, settings }: PlanRequest): string[] {
  if (organizations.length > 0) return [...new Set(organizations)].sort();
  const configured = emails === undefined ? Object.keys(settings.organizations) : [];
  return [...new Set([...summary.organizations.map(({ name }) => name), ...configured])].sort();
}

/** Plans one organization's mail: what it says, who gets it, and whether it goes out at all. */
export async function planMail(request: PlanRequest, organization: string): Promise<NewMail> {
  const { summary, settings, schedule } = request;
  const window = windowOf(summary.window);
  const key: MailKey = { schedule, window, kind: "organization", organization };
  const figures = figuresOf(summary, partOf(summary, organization));
  const own = settings.organizations[organization];
  const recipients = checkRecipients(request.emails ?? own?.to ?? [], settings);
  const history = await request.history(key);
  const skip = skipReason(figures, history[0]?.figures, own?.skip ?? settings.skip);
  const decided = decide(recipients, skip, () =>
    holdReasons({
      figures,
      window,
      snapshotAt: parseInstant(summary.snapshot.at) as Micros,
      now: request.now,
      history,
      limits: {
        timesUsual: settings.holdTimesUsual,
        errorSharePercent: settings.holdErrorSharePercent,
        staleHours: settings.holdStaleHours,
      },
    }),
  );
  const to = "to" in recipients ? recipients.to : [];
  const messages =
    to.length === 0 ? undefined : await messagesOf(request, organization, figures, to, isRedirected(recipients));
  return {
    ...key,
    ...decided,
    messageId: messageIdOf(key, settings.from),
    sender: settings.from,
    recipients: to,
    subject: messages?.subject ?? "",
    message: messages?.message ?? Buffer.alloc(0),
    smaller: messages?.smaller,
    figures,
  };
}

function decide(
  recipients: Recipients,
  skip: string | undefined,
  hold: () => readonly string[],
): { state: NewMail["state"]; reason: string | undefined } {
  if ("fault" in recipients) return { state: "refused", reason: recipients.fault };
  if ("skip" in recipients) return { state: "skipped", reason: recipients.skip };
  // Doubts come first: an empty window that should not be empty is no reason to say nothing to anybody.
  const reasons = hold();
  if (reasons.length > 0) return { state: "held", reason: reasons.join("; ") };
  if (skip !== undefined) return { state: "skipped", reason: skip };
  return { state: "planned", reason: undefined };
}

function isRedirected(recipients: Recipients): boolean {
  return "redirectedFrom" in recipients && recipients.redirectedFrom.length > 0;
}

/** What a mail looks like, without deciding whether it is sent. */
export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
  message: Buffer;
  /** The same without attachment. */
  smaller: Buffer | undefined;
}

export async function messagesOf(
  request: PlanRequest,
  organization: string,
  figures: Figures,
  to: readonly string[],
  redirected: boolean,
): Promise<RenderedMail> {
  const { settings, summary } = request;
  const attach = settings.organizations[organization]?.attachSummary ?? settings.attachSummary;
  const csv = attach ? await request.summaryCsv(organization) : undefined;
  const whole = render(
    request,
    organization,
    figures,
    csv === undefined ? undefined : "summary.csv",
    false,
    redirected,
  );
  const key = { schedule: request.schedule, window: windowOf(summary.window), kind: "organization", organization };
  const frame = {
    messageId: messageIdOf(key, settings.from),
    threadId: threadIdOf(key, settings.from),
    from: settings.from,
    fromName: settings.fromName,
    replyTo: settings.replyTo,
    to,
    listName: `${listLabel(organization)}.delivery-reports`,
    date: request.now,
  } satisfies Partial<Composition>;
  const attachment = csv === undefined ? undefined : { name: "summary.csv", content: csv };
  const message = await composeMessage({ ...frame, ...whole, attachment });
  if (csv === undefined) return { ...whole, message, smaller: undefined };
  const less = render(request, organization, figures, undefined, true, redirected);
  return { ...whole, message, smaller: await composeMessage({ ...frame, ...less, attachment: undefined }) };
}

function render(
  request: PlanRequest,
  organization: string,
  figures: Figures,
  attachment: string | undefined,
  attachmentLeftOut: boolean,
  redirected: boolean,
): { subject: string; text: string; html: string } {
  const { settings, summary } = request;
  const view: MailView = mailView({
    figures,
    organization,
    window: summary.window,
    snapshotAt: summary.snapshot.at,
    provisionalUntil: request.provisionalUntil,
    attachment: attachment ?? null,
    attachmentLeftOut,
    footer: footerOf(
      settings,
      `You get this because you are named for ${printable(organization)} in the schedule ${printable(request.schedule)}.`,
    ),
  });
  const tag = redirected ? "[staging] [ReportStream]" : "[ReportStream]";
  const subject = subjectOf(view.verdict, organization, summary.window, tag);
  const data = { ...view, subject };
  return {
    subject,
    text: request.render("mail-organization.text", data),
    html: request.render("mail-organization.html", data),
  };
}

export function footerOf(
  settings: Pick<MailSettings, "owner" | "replyTo" | "from">,
  reason: string,
): { reason: string; owner: string; unsubscribe: string } {
  const asked = settings.replyTo ?? settings.from ?? "";
  return {
    reason,
    owner: `These mails belong to ${settings.owner ?? asked}.`,
    unsubscribe: `To get them no more, write to ${asked}.`,
  };
}

/** An organization that had no row in the window has its part too: it is empty, and that may be the news. */
function partOf(summary: Summary, organization: string): OrganizationSummary {
  const found = summary.organizations.find(({ name }) => name === organization);
  if (found) return found;
  return {
    name: organization,
    folder: "",
    submissions: 0,
    rejectedSubmissions: 0,
    submittedItems: 0,
    submitted: noCounts(),
    received: noCounts(),
    filesSent: 0,
    downloads: 0,
    failures: 0,
  };
}

/** A List-Id is a name of a domain: letters, digits and hyphens. */
function listLabel(organization: string): string {
  return (
    organizationFolder(organization)
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]/g, "-")
      .slice(0, 60)
      .replaceAll(/^-+|-+$/g, "") || "organization"
  );
}
