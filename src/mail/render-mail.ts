import { organizationFolder } from "../output/names.ts";
import type { Render } from "../report/templates.ts";
import type { Summary } from "../summary/types.ts";
import type { Micros } from "../time/instant.ts";
import { type Composition, composeMessage } from "./compose.ts";
import type { Figures } from "./figures.ts";
import { messageIdOf, threadIdOf } from "./message-id.ts";
import type { MailSettings } from "./settings.ts";
import { mailView, printable, subjectOf, windowOf } from "./view.ts";

/** What an organization's mail is made from. */
export interface RenderRequest {
  summary: Summary;
  /** The schedule's name, or what stands for it; part of every key. */
  schedule: string;
  settings: MailSettings & { from: string };
  render: Render;
  now: Micros;
  /** Until when the window's figures may still change; undefined when they are settled. */
  provisionalUntil: Micros | undefined;
  summaryCsv: (organization: string) => Promise<Buffer | undefined>;
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

/** Whose mail, with what figures, to whom. */
export interface MailContent {
  organization: string;
  figures: Figures;
  to: readonly string[];
  /** Every address was replaced by one for trials. */
  redirected: boolean;
}

/** Renders an organization's mail, and once more without attachment where it has one. */
export async function renderMail(request: RenderRequest, content: MailContent): Promise<RenderedMail> {
  const { organization, to } = content;
  const { settings, summary } = request;
  const attach = settings.organizations[organization]?.attachSummary ?? settings.attachSummary;
  const csv = attach ? await request.summaryCsv(organization) : undefined;
  const whole = render(request, content, { attachment: csv === undefined ? null : "summary.csv", leftOut: false });
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
  const less = render(request, content, { attachment: null, leftOut: true });
  return { ...whole, message, smaller: await composeMessage({ ...frame, ...less, attachment: undefined }) };
}

function render(
  request: RenderRequest,
  { organization, figures, redirected }: MailContent,
  { attachment, leftOut }: { attachment: string | null; leftOut: boolean },
): { subject: string; text: string; html: string } {
  const { settings, summary } = request;
  const view = mailView({
    figures,
    organization,
    window: summary.window,
    snapshot: summary.snapshot,
    provisionalUntil: request.provisionalUntil,
    attachment,
    attachmentLeftOut: leftOut,
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
