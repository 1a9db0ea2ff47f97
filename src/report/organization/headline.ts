import { total } from "../../summary/counts.ts";
import type { OrganizationReport } from "../../summary/organization/types.ts";
import type { FailureSummary } from "../../summary/types.ts";
import { DAY, parseInstant } from "../../time/instant.ts";
import { formatDay, formatWeekday } from "../../time/zone.ts";
import { helpers } from "../helpers.ts";

const { number, plural } = helpers;

/** Whether somebody has to act, something is on its way, or all is done. */
export type Tone = "act" | "watch" | "clear";

/** What a health department reads with its coffee: one or two sentences, and how urgent they are. */
export function headlineOf(report: OrganizationReport): { text: string; tone: Tone } {
  const { organization, failures } = report;
  const { received, submitted } = organization;
  const parts: string[] = [];
  if (isReceiver(report)) parts.push(sentences([sent(report), ...failureWords(report), waiting(report)]));
  if (isSender(report)) parts.push(sentences([submittedWords(report)]));
  if (parts.length === 0) parts.push("Nothing was sent to you and you submitted nothing.");
  const isOpen = failures.some(({ state }) => state === "open");
  const needsYou = submitted.rejected > 0 || organization.rejectedSubmissions > 0;
  if (isOpen || needsYou || received.stuck + received.failed > 0) return { text: parts.join(" "), tone: "act" };
  const moving = received.waiting + received.retrying + failures.filter(({ state }) => state !== "recovered").length;
  return { text: parts.join(" "), tone: moving > 0 ? "watch" : "clear" };
}

/** Whether the organization has anything to do with receiving: a receiver with a row. */
export function isReceiver({ receivers, failures }: OrganizationReport): boolean {
  return receivers.length > 0 || failures.length > 0;
}

export function isSender({ senders }: OrganizationReport): boolean {
  return senders.length > 0;
}

function sentences(parts: readonly string[]): string {
  return `${parts.filter(Boolean).join("; ")}.`;
}

function sent({ organization, deliveries }: OrganizationReport): string {
  const { filesSent, downloads } = organization;
  const files = `You were sent ${filesSent === 0 ? "no files" : plural(filesSent, "file", "files")}`;
  const items = filesSent === 0 ? "" : `, ${plural(deliveries.itemsSent, "item", "items")}`;
  return `${files}${items}${downloads > 0 ? `, and fetched ${plural(downloads, "file", "files")}` : ""}`;
}

function failureWords(report: OrganizationReport): string[] {
  const { failures, organization } = report;
  if (failures.length === 0) return organization.filesSent > 0 ? ["none failed"] : [];
  const of = (state: string): FailureSummary[] => failures.filter((failure) => failure.state === state);
  let first = true;
  const words = (some: FailureSummary[], one: string, many: string): string => {
    if (some.length === 0) return "";
    const files = first ? plural(some.length, "file", "files") : number(some.length);
    first = false;
    return `${files} failed ${some.length === 1 ? one : many}`;
  };
  const recovered = of("recovered");
  const again = recovered.filter(({ resentAt }) => resentAt !== null);
  const fetched = recovered.filter(({ resentAt }) => resentAt === null);
  return [
    words(of("open"), "and is still open", "and are still open"),
    words(of("resent"), "and is to be sent again", "and are to be sent again"),
    words(again, `and was resent ${when(again, report)}`, `and were resent ${when(again, report)}`),
    words(fetched, "and has arrived since", "and have arrived since"),
    words(of("maybe delivered"), "but may have arrived", "but may have arrived"),
  ];
}

/** `Tuesday` within a week of the window, else `on Tue Nov 24 2026`; nothing more than "since" for several days. */
function when(failures: readonly FailureSummary[], { timeZone, window }: OrganizationReport): string {
  const days = new Set<string>();
  let text = "";
  for (const { recoveredAt } of failures) {
    const at = parseInstant(recoveredAt ?? "");
    if (at === undefined) return "since";
    days.add(formatDay(at, timeZone));
    const isNear = at - (parseInstant(window.from) as number) < 6 * DAY;
    text = isNear ? formatWeekday(at, timeZone) : `on ${formatDay(at, timeZone)}`;
  }
  return days.size === 1 ? text : "since";
}

function waiting({ organization: { received } }: OrganizationReport): string {
  const parts = [
    received.waiting > 0 ? `${plural(received.waiting, "item is", "items are")} waiting` : "",
    received.retrying > 0 ? `${plural(received.retrying, "item is", "items are")} being sent again` : "",
    received.stuck > 0 ? `${plural(received.stuck, "item is", "items are")} stuck` : "",
  ].filter(Boolean);
  return parts.join(", ");
}

function submittedWords({ organization }: OrganizationReport): string {
  const { submissions, rejectedSubmissions, submittedItems, submitted } = organization;
  const files = `You submitted ${plural(submissions, "file", "files")}, ${plural(submittedItems, "item", "items")}`;
  const done = submitted.delivered + submitted.downloaded;
  const rest = total(submitted) - done;
  const arrived = submittedItems === 0 ? "" : rest === 0 ? "all arrived" : `${number(done)} arrived`;
  const rejected = submitted.rejected > 0 ? `${plural(submitted.rejected, "item was", "items were")} rejected` : "";
  const refused = rejectedSubmissions > 0 ? `${plural(rejectedSubmissions, "file was", "files were")} refused` : "";
  return [files, [arrived, rejected, refused].filter(Boolean).join(", ")].filter(Boolean).join("; ");
}
