import { OUTCOMES, type Outcome } from "../outcome/words.ts";
import type { Counts } from "../summary/counts.ts";
import { total } from "../summary/counts.ts";
import type { OrganizationReport } from "../summary/organization/types.ts";
import type { Summary } from "../summary/types.ts";
import { type Micros, parseInstant } from "../time/instant.ts";
import { describeWindow } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import { cut } from "./operators/cut.ts";
import { operatorsView } from "./operators/view.ts";
import type { Render } from "./templates.ts";

/** What can become of an item that has a receiver. */
const RECEIVER_OUTCOMES = OUTCOMES.filter((outcome) => outcome !== "unrouted" && outcome !== "rejected");

/** So many receivers, and so many senders, are listed on a page: more would make it larger than a megabyte. */
const MOST_PARTIES = 500;

/** The operators' page. */
export function operatorsPage(summary: Summary, render: Render): string {
  const { totals } = summary;
  return render("index", {
    ...frame(summary),
    title: "Delivery report",
    summary,
    byItem: sumLine("totals.byItem", totals.byItem, totals.items, "totals.items"),
    byItemAndReceiver: sumLine("totals.byItemAndReceiver", totals.byItemAndReceiver, total(totals.byItemAndReceiver)),
    receivers: cut(
      "receivers",
      summary.receivers,
      (row) => ({ ...row, cells: cells(row.byItemAndReceiver, RECEIVER_OUTCOMES) }),
      MOST_PARTIES,
    ),
    senders: cut(
      "senders",
      summary.senders,
      (row) => ({ ...row, sender: row.sender || "unknown sender", cells: cells(row.byItem) }),
      MOST_PARTIES,
    ),
    ...operatorsView(summary),
  });
}

/**
 * One organization's page, from its own report. Its `data-of` paths are of organizations/NAME/summary.json:
 * places among everybody's would tell how many others there are.
 */
export function organizationPage(report: OrganizationReport, render: Render): string {
  const { organization } = report;
  return render("organization", {
    ...frame(report),
    title: `Delivery report of ${organization.name}`,
    organization,
    submitted: sumLine(
      "organization.submitted",
      organization.submitted,
      organization.submittedItems,
      "organization.submittedItems",
    ),
    received: sumLine("organization.received", organization.received, total(organization.received)),
    receivers: report.receivers.map((row, at) => ({
      ...row,
      of: `receivers.${at}`,
      cells: cells(row.byItemAndReceiver, RECEIVER_OUTCOMES),
    })),
    fates: report.submittedPairs.map((row, at) => ({
      ...row,
      of: `submittedPairs.${at}`,
      receiver: row.receiver || "no receiver",
      cells: cells(row.byItemAndReceiver),
    })),
  });
}

function frame({ window, snapshot }: Pick<Summary, "window" | "snapshot">): {
  windowText: string;
  snapshotText: string;
  timeZone: string;
  outcomes: readonly Outcome[];
  receiverOutcomes: readonly Outcome[];
} {
  const instant = (text: string): Micros => parseInstant(text) as Micros;
  return {
    windowText: describeWindow({ from: instant(window.from), to: instant(window.to), timeZone: window.timeZone }),
    snapshotText: formatMoment(instant(snapshot.at), window.timeZone),
    timeZone: window.timeZone,
    outcomes: OUTCOMES,
    receiverOutcomes: RECEIVER_OUTCOMES,
  };
}

/**
 * A sum as the page shows it: its parts, and whether they add up to the total.
 *
 * @param of the path of the counts in summary.json
 * @param totalOf the path of the total; empty when the total is no figure of its own there
 */
function sumLine(of: string, counts: Counts, expected: number, totalOf = ""): SumLine {
  return {
    cells: cells(counts).map((cell) => ({ ...cell, of: `${of}.${cell.outcome}` })),
    total: expected,
    totalOf,
    addsUp: total(counts) === expected,
  };
}

interface SumLine {
  cells: (Cell & { of: string })[];
  total: number;
  totalOf: string;
  addsUp: boolean;
}

interface Cell {
  outcome: string;
  count: number;
}

function cells(counts: Counts, outcomes: readonly Outcome[] = OUTCOMES): Cell[] {
  return outcomes.map((outcome) => ({ outcome, count: counts[outcome] }));
}
