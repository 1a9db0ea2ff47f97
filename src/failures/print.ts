import { printableText } from "../query/table.ts";
import { helpers } from "../report/helpers.ts";
import { alignedTable } from "../terminal/aligned.ts";
import { DAY, type Micros } from "../time/instant.ts";
import { formatDay, formatMoment, formatShortMoment, inZone } from "../time/zone.ts";
import { countStates, type FailedFile, itemsOf, type ReceiverFailures, STATES } from "./by-receiver.ts";

export interface PrintContext {
  from: Micros;
  to: Micros;
  asOf: Micros;
  timeZone: string;
}

/** The failures for a terminal: a table of receivers, then each file. Times in the zone that the first line names. */
export function printFailures(groups: readonly ReceiverFailures[], context: PrintContext): string[] {
  const { from, to, timeZone } = context;
  const files = groups.flatMap((group) => group.files);
  const counts = countStates(files);
  const { plural } = helpers;
  const head = [
    `Last-mile failures from ${formatMoment(from, timeZone)} to ${formatMoment(to, timeZone)}`,
    `${plural(groups.length, "receiver", "receivers")}, ${plural(files.length, "file", "files")}, ` +
      `${plural(itemsOf(files), "item", "items")}: ${STATES.map((state) => `${counts[state]} ${state}`).join(", ")}`,
  ];
  if (groups.length === 0) return head;
  return [...head, "", ...receiverTable(groups, context), ...groups.flatMap((group) => receiverFiles(group, context))];
}

function receiverTable(groups: readonly ReceiverFailures[], context: PrintContext): string[] {
  const { number } = helpers;
  const headings = [
    { title: "Receiver" },
    ...["Open", "Resent", "Recovered", "Maybe delivered", "Items", "Open items", "Senders"].map((title) => {
      return { title, right: true };
    }),
    ...["First failed", "Last success", "Error family", "First file expires"].map((title) => ({ title })),
  ];
  const rows = groups.map((group) => [
    group.receiver.name || "receiver not known",
    ...STATES.map((state) => number(group.counts[state])),
    ...[number(group.items), number(group.openItems), number(group.senders.length)],
    moment(group.firstFailedAt, context),
    Number.isNaN(group.lastSentAt) ? "never" : moment(group.lastSentAt, context),
    group.errorFamilies.join(", "),
    expiry(group.firstExpiresAt, context),
  ]);
  return alignedTable(headings, rows);
}

function receiverFiles({ receiver, files }: ReceiverFailures, context: PrintContext): string[] {
  return [
    "",
    printableText(receiver.name || "receiver not known"),
    ...files.flatMap((file) => fileLines(file, context)),
  ];
}

function fileLines(file: FailedFile, context: PrintContext): string[] {
  const { plural } = helpers;
  const name = file.fileName === "" ? "file not known" : file.fileName;
  const items = file.items === null ? "items not known" : plural(file.items, "item", "items");
  const lines = [
    `${file.state.toUpperCase()}  ${file.reportId || "report not known"}  ${name}  ${items}`,
    `  failed    ${moment(file.lastFailedAt, context)}` +
      (file.attempts > 1 ? `, ${file.attempts} failed attempts since ${moment(file.firstFailedAt, context)}` : ""),
    `  error     ${file.errorFamily}: ${file.error}`,
  ];
  if (file.senders.length > 0) {
    const ids = file.submissionIds;
    const word = ids.length === 1 ? "submission" : "submissions";
    lines.push(`  from      ${file.senders.map((sender) => sender.name).join(", ")}; ${word} ${ids.join(", ")}`);
  }
  if (!Number.isNaN(file.resentAt))
    lines.push(`  resent    ${moment(file.resentAt, context)} by ${file.resentBy || "unknown"}`);
  if (!Number.isNaN(file.recoveredAt)) lines.push(`  recovered ${moment(file.recoveredAt, context)}`);
  if (!Number.isNaN(file.expiresAt)) lines.push(`  expires   ${expiry(file.expiresAt, context)}`);
  return lines.map((line) => `  ${printableText(line)}`);
}

function moment(at: Micros, { asOf, timeZone }: PrintContext): string {
  const year = inZone(at, timeZone).year;
  const text = formatShortMoment(at, timeZone);
  return year === inZone(asOf, timeZone).year ? text : `${text} ${year}`;
}

/** When a file's content is deleted, and how many days are left. */
function expiry(at: Micros, context: PrintContext): string {
  if (Number.isNaN(at)) return "";
  const left = Math.floor((at - context.asOf) / DAY);
  return `${formatDay(at, context.timeZone)} (${left < 0 ? "expired" : `${left} d left`})`;
}
