import type { MailKey, NewMail } from "../ledger/mails.ts";
import { noCounts } from "../summary/counts.ts";
import type { OrganizationSummary, Summary } from "../summary/types.ts";
import type { Micros } from "../time/instant.ts";
import { dataAgeOf } from "./data-age.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { holdReasons, skipReason } from "./gates.ts";
import { messageIdOf } from "./message-id.ts";
import { checkRecipients, type Recipients } from "./recipients.ts";
import { type RenderRequest, renderMail } from "./render-mail.ts";
import { windowOf } from "./view.ts";

/** Which mails of a run are wanted, and what is known for deciding on each. */
export interface PlanRequest extends RenderRequest {
  /** Only these; empty for every organization of the run and of the configuration. */
  organizations: readonly string[];
  /** Instead of the configured addresses. */
  emails: readonly string[] | undefined;
  history: (key: MailKey) => Promise<readonly { from: Micros; figures: Figures }[]>;
}

/** Every organization that a run's mails are about, sorted. What a limited run has not looked at, it has nothing to say about. */
export function mailedOrganizations({ summary, organizations, emails, settings }: PlanRequest): string[] {
  const { limitedTo } = summary;
  const configured = emails === undefined ? Object.keys(settings.organizations) : [];
  const wanted =
    organizations.length > 0 ? organizations : [...summary.organizations.map(({ name }) => name), ...configured];
  return [...new Set(wanted)].filter((name) => limitedTo.length === 0 || limitedTo.includes(name)).sort();
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
      data: dataAgeOf(summary),
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
  const content = { organization, figures, to, redirected: isRedirected(recipients) };
  const messages = to.length === 0 ? undefined : await renderMail(request, content);
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
