import { OUTCOMES } from "../outcome/words.ts";
import { type Counts, total } from "../summary/counts.ts";
import type { Summary } from "../summary/types.ts";
import { type Micros, parseInstant } from "../time/instant.ts";
import { describeWindow, wholeDays } from "../time/window.ts";
import { formatDay, formatMoment } from "../time/zone.ts";
import { snapshotText } from "./data-age.ts";
import { type Figures, isEmpty, type ReceiverFigures, type SenderFigures } from "./figures.ts";

/** More lines than this are told as a number. */
const MOST_LINES = 25;

/** What the templates of an organization's mail are handed: plain data, the same for text and HTML. */
export interface MailView {
  verdict: Verdict;
  organization: string;
  windowText: string;
  snapshotText: string;
  /** Until when deliveries of the window are still looked for; null when the figures are settled. */
  provisionalUntil: string | null;
  received: Part;
  submitted: Part;
  filesSent: number;
  downloads: number;
  failures: number;
  openFailures: number;
  submissions: number;
  rejectedSubmissions: number;
  receivers: Lines<ReceiverFigures & { parts: Cell[] }>;
  senders: Lines<SenderFigures & { parts: Cell[] }>;
  /** What somebody has to do, and who. */
  acts: string[];
  attachment: string | null;
  /** The attachment would have been larger than the server takes. */
  attachmentLeftOut: boolean;
  footer: Footer;
}

export interface Verdict {
  level: "action" | "look" | "clear" | "nothing";
  label: string;
  text: string;
}

export interface Footer {
  /** Why the reader gets this. */
  reason: string;
  owner: string;
  unsubscribe: string;
}

export interface Cell {
  outcome: string;
  count: number;
}

interface Part {
  total: number;
  parts: Cell[];
}

interface Lines<Row> {
  rows: Row[];
  /** How many more there are. */
  more: number;
}

export interface ViewRequest {
  figures: Figures;
  organization: string;
  window: Summary["window"];
  snapshot: Summary["snapshot"];
  provisionalUntil: Micros | undefined;
  attachment: string | null;
  attachmentLeftOut: boolean;
  footer: Footer;
}

/** The mail of one organization as data; pure. */
export function mailView(request: ViewRequest): MailView {
  const { figures, window, provisionalUntil } = request;
  return {
    verdict: verdictOf(figures),
    organization: printable(request.organization),
    windowText: describeWindow(windowOf(window)),
    snapshotText: snapshotText(request),
    provisionalUntil: provisionalUntil === undefined ? null : formatMoment(provisionalUntil, window.timeZone),
    received: part(figures.received),
    submitted: part(figures.submitted),
    filesSent: figures.filesSent,
    downloads: figures.downloads,
    failures: figures.failures,
    openFailures: figures.openFailures,
    submissions: figures.submissions,
    rejectedSubmissions: figures.rejectedSubmissions,
    receivers: lines(figures.receivers, (row) => ({
      ...row,
      receiver: printable(row.receiver),
      parts: cells(row.counts),
    })),
    senders: lines(figures.senders, (row) => ({ ...row, sender: printable(row.sender), parts: cells(row.counts) })),
    acts: actsOf(figures),
    attachment: request.attachment,
    attachmentLeftOut: request.attachmentLeftOut,
    footer: request.footer,
  };
}

/** The verdict in the words of the subject: what went wrong first, or that nothing did. */
export function verdictOf(figures: Figures): Verdict {
  const { received, submitted, rejectedSubmissions, openFailures } = figures;
  const toYou = received.stuck + received.failed;
  const yours = submitted.stuck + submitted.failed;
  const wrong = [
    toYou > 0 ? `${count(toYou, "item")} not delivered to you` : "",
    openFailures > 0 ? `${count(openFailures, "file")} not sent` : "",
    yours > 0 ? `${count(yours, "item")} of yours not delivered` : "",
    rejectedSubmissions > 0 ? `${count(rejectedSubmissions, "submission")} rejected` : "",
    submitted.rejected > 0 ? `${count(submitted.rejected, "item")} rejected` : "",
  ].filter((text) => text !== "");
  if (wrong.length > 0) return { level: "action", label: "Action needed", text: wrong.join(", ") };
  if (isEmpty(figures)) return { level: "nothing", label: "Nothing", text: "nothing sent or received" };
  const open = received.waiting + received.retrying + submitted.waiting + submitted.retrying;
  const text = open > 0 ? `no failures, ${count(open, "item")} still on the way` : "no failures";
  return { level: "clear", label: "All clear", text };
}

/** The subject: the verdict, the window's day, the organization; no id and nothing of the data. */
export function subjectOf(verdict: Verdict, organization: string, window: Summary["window"], tag: string): string {
  const who = organization === "" ? "" : ` (${printable(organization)})`;
  return `${tag} ${shortWindow(window)}: ${verdict.text}${who}`.slice(0, 200);
}

/** `Fri Nov 20 2026`, or the first and last day, or both instants. */
function shortWindow(window: Summary["window"]): string {
  const span = windowOf(window);
  const days = wholeDays(span);
  const first = formatDay(span.from, span.timeZone);
  if (days === undefined) return describeWindow(span);
  return days.first === days.last ? first : `${first} to ${formatDay(span.to - 1, span.timeZone)}`;
}

function actsOf({ received, submitted, rejectedSubmissions, openFailures }: Figures): string[] {
  const acts: string[] = [];
  if (rejectedSubmissions + submitted.rejected > 0) {
    acts.push("You: correct what was rejected and send it again; errors.csv in your report's folder names each fault.");
  }
  if (received.failed + openFailures > 0) {
    acts.push("You: look whether your server takes files. ReportStream: send again what failed, once it does.");
  }
  if (received.stuck + submitted.stuck > 0) acts.push("ReportStream: move what is stuck; nothing will by itself.");
  if (submitted.failed > 0) acts.push("ReportStream: clear up with the receivers why your items were not taken.");
  return acts;
}

function part(counts: Counts): Part {
  return { total: total(counts), parts: cells(counts) };
}

/** The outcomes that occurred; they add up to the total. */
function cells(counts: Counts): Cell[] {
  return OUTCOMES.map((outcome) => ({ outcome, count: counts[outcome] })).filter((cell) => cell.count > 0);
}

function lines<Row, Line>(rows: readonly Row[], line: (row: Row) => Line): Lines<Line> {
  return { rows: rows.slice(0, MOST_LINES).map(line), more: Math.max(0, rows.length - MOST_LINES) };
}

export function windowOf({ from, to, timeZone }: Summary["window"]): { from: Micros; to: Micros; timeZone: string } {
  return { from: instant(from), to: instant(to), timeZone };
}

function instant(text: string): Micros {
  return parseInstant(text) as Micros;
}

function count(value: number, what: string): string {
  const grouped = String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${grouped} ${what}${value === 1 ? "" : "s"}`;
}

/** A text of somebody else's, such as a name from the database, on one line, without what would steer a reader's program. */
export function printable(text: string, longest = 120): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, longest);
}
