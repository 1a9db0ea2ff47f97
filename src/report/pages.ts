import { OUTCOMES } from "../outcome/words.ts";
import type { Counts } from "../summary/counts.ts";
import { total } from "../summary/counts.ts";
import type { OrganizationSummary, Summary } from "../summary/types.ts";
import { type Micros, parseInstant } from "../time/instant.ts";
import { describeWindow } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import { attentionOf } from "./attention.ts";
import type { Render } from "./templates.ts";

/** The operators' page. */
export function operatorsPage(summary: Summary, render: Render): string {
  const { totals } = summary;
  return render("index", {
    ...frame(summary),
    title: "Delivery report",
    summary,
    byItem: sumLine(totals.byItem, totals.items),
    byItemAndReceiver: sumLine(totals.byItemAndReceiver, total(totals.byItemAndReceiver)),
    receivers: summary.receivers.map((row) => ({ ...row, cells: cells(row.byItemAndReceiver) })),
    senders: summary.senders.map((row) => ({
      ...row,
      sender: row.sender || "unknown sender",
      cells: cells(row.byItem),
    })),
    attention: attentionOf(summary),
    outcomes: OUTCOMES,
  });
}

/** One organization's page: of the summary, its own lines only. */
export function organizationPage(summary: Summary, organization: OrganizationSummary, render: Render): string {
  const { name } = organization;
  return render("organization", {
    ...frame(summary),
    title: `Delivery report of ${name}`,
    organization,
    submitted: sumLine(organization.submitted, organization.submittedItems),
    received: sumLine(organization.received, total(organization.received)),
    receivers: summary.receivers
      .filter((row) => row.organization === name)
      .map((row) => ({ ...row, cells: cells(row.byItemAndReceiver) })),
    fates: summary.pairs
      .filter((row) => row.senderOrganization === name)
      .map((row) => ({ ...row, receiver: row.receiver || "no receiver", cells: cells(row.byItemAndReceiver) })),
    outcomes: OUTCOMES,
  });
}

function frame({ window, snapshot }: Summary): {
  windowText: string;
  snapshotText: string;
  outcomes: readonly string[];
} {
  const instant = (text: string): Micros => parseInstant(text) as Micros;
  return {
    windowText: describeWindow({ from: instant(window.from), to: instant(window.to), timeZone: window.timeZone }),
    snapshotText: formatMoment(instant(snapshot.at), window.timeZone),
    outcomes: OUTCOMES,
  };
}

/** A sum as the page shows it: its parts, and whether they add up to the total. */
function sumLine(counts: Counts, expected: number): { cells: Cell[]; total: number; addsUp: boolean } {
  return { cells: cells(counts), total: expected, addsUp: total(counts) === expected };
}

interface Cell {
  outcome: string;
  count: number;
}

function cells(counts: Counts): Cell[] {
  return OUTCOMES.map((outcome) => ({ outcome, count: counts[outcome] }));
}
