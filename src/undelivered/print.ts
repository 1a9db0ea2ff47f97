import type { Breakdown } from "../cli/undelivered.ts";
import { OUTCOMES } from "../outcome/words.ts";
import { printableText } from "../query/table.ts";
import { helpers } from "../report/helpers.ts";
import { type Counts, total } from "../summary/counts.ts";
import { alignedTable, type Heading } from "../terminal/aligned.ts";
import type { Micros } from "../time/instant.ts";
import { describeWindow, type Window } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import type { LeftOut, Undelivered } from "./read.ts";
import { addsUp, DOWNWARDS, type PartyLine, type Waterfall } from "./waterfall.ts";

/** The waterfall for a terminal, as lines. */
export function printUndelivered(
  result: Undelivered,
  { window, asOf, by }: { window: Window; asOf: Micros; by: Breakdown },
): string[] {
  const { submissions, rejectedRequests, items, itemsAndReceivers, byItem, byItemAndReceiver, leftOut } = result;
  const { plural } = helpers;
  return [
    `${describeWindow(window)}, judged as of ${formatMoment(asOf, window.timeZone)}`,
    `${plural(submissions, "submission", "submissions")} of ${plural(items, "item", "items")}, and ` +
      `${plural(rejectedRequests, "request", "requests")} answered with an error, without items`,
    "",
    "By item: each once, by its worst open outcome",
    ...section(byItem, items, by),
    "",
    "By item and receiver: as in items.csv",
    ...section(byItemAndReceiver, itemsAndReceivers, by),
    "",
    "Left out by rule",
    ...leftOutLines(leftOut),
  ];
}

function section(waterfall: Waterfall, received: number, by: Breakdown): string[] {
  const { counts } = waterfall;
  const { number } = helpers;
  const parts = DOWNWARDS.map((outcome) => `${number(counts[outcome])} ${outcome}`).join(" + ");
  const proof = addsUp(waterfall, received) ? "✔ adds up" : "✘ does not add up";
  return [
    `  ${number(received)} received = ${parts}  ${proof}`,
    ...(received === 0 ? [] : breakdown(waterfall, by)).map((line) => `  ${line}`.trimEnd()),
  ];
}

function breakdown(waterfall: Waterfall, by: Breakdown): string[] {
  switch (by) {
    case "reason":
      return reasonTable(waterfall);
    case "sender":
      return partyTable("Sender", "unknown sender", waterfall.senders);
    case "receiver":
      return partyTable("Receiver", "no receiver", waterfall.receivers);
  }
}

function reasonTable({ counts, reasons }: Waterfall): string[] {
  const { number } = helpers;
  const undelivered = reasons.filter(({ outcome }) => outcome !== "delivered" && outcome !== "downloaded");
  if (undelivered.length === 0) return ["nothing is undelivered"];
  const headings: Heading[] = [
    { title: "Outcome" },
    { title: "Items", right: true },
    { title: "Acts" },
    { title: "Reason" },
  ];
  const rows = DOWNWARDS.flatMap((outcome) => undelivered.filter((line) => line.outcome === outcome)).map(
    ({ outcome, count, acts, reason }) => [outcome, number(count), acts, reason],
  );
  rows.push(["all", number(total(counts) - counts.delivered - counts.downloaded), "", "not delivered"]);
  return alignedTable(headings, rows);
}

function partyTable(title: string, unknown: string, lines: readonly PartyLine[]): string[] {
  const { number } = helpers;
  const headings: Heading[] = [
    { title },
    { title: "received", right: true },
    ...DOWNWARDS.map((outcome) => ({ title: outcome, right: true })),
  ];
  const row = (name: string, counts: Counts): string[] => [
    ...[name, number(total(counts))],
    ...DOWNWARDS.map((outcome) => number(counts[outcome])),
  ];
  const sums = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, lines.reduce((sum, { counts }) => sum + counts[outcome], 0)]),
  ) as Counts;
  return alignedTable(headings, [
    ...lines.map(({ party, counts }) => row(printableText(party.name) || unknown, counts)),
    row("all", sums),
  ]);
}

function leftOutLines({ testRequests, emptyFiles, submissions, items }: LeftOut): string[] {
  const { plural } = helpers;
  return [
    `  ${plural(testRequests, "request", "requests")} that only tested: answered with success, and no report`,
    `  ${plural(emptyFiles, "file", "files")} without items: a sign of life that the receiver wants`,
    `  ${plural(submissions, "submission", "submissions")} of ${plural(items, "item", "items")} of test senders (testSenders of the configuration, --leave-out)`,
  ];
}
