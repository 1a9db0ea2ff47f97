import { OUTCOMES, type Outcome } from "../../outcome/words.ts";
import { total } from "../../summary/counts.ts";
import type { FacilitiesSummary, OrganizationReport } from "../../summary/organization/types.ts";
import type { ErrorGroupSummary, PairSummary } from "../../summary/types.ts";
import { formatShortDate } from "../../time/zone.ts";
import { deliveryTimes } from "../charts/delivery-times.ts";
import { flow } from "../charts/flow.ts";
import { type OutcomeBars, outcomeBars } from "../charts/outcome-bars.ts";
import { sparkline } from "../charts/sparkline.ts";
import { stepsOfDays, stepsOfWindow, withToday } from "../charts/steps.ts";
import { type Frame, frameOf } from "../frame.ts";
import { cells, RECEIVER_OUTCOMES, sumLine } from "../sums.ts";
import { headlineOf, isReceiver, isSender } from "./headline.ts";

/** So many rows of long lists; the CSV files have all. */
const SHOWN = 50;

/**
 * What the template of an organization's page is filled with. Its `data-of` paths are of
 * organizations/NAME/summary.json: places among everybody's would tell how many others there are.
 */
export function organizationView(report: OrganizationReport) {
  const { organization, window, timeZone } = report;
  return {
    ...frameOf(report, timeZone),
    title: `Delivery report of ${organization.name}`,
    headline: headlineOf(report),
    zoneText: zoneText(report),
    receives: isReceiver(report),
    sends: isSender(report),
    organization,
    deliveries: report.deliveries,
    submittedSum: sumLine(
      "organization.submitted",
      organization.submitted,
      organization.submittedItems,
      "organization.submittedItems",
    ),
    receivedSum: sumLine("organization.received", organization.received, total(organization.received)),
    charts: {
      received: hours(report, "received"),
      submitted: hours(report, "submitted"),
      receivedDays: days(report, "received"),
      submittedDays: days(report, "submitted"),
      times: deliveryTimes(
        report.receivers.map((row, at) => ({ ...row, name: row.receiver, of: `receivers.${at}` })),
        report.deliveryTimeLimits,
      ),
      flow: flow(report.receivedPairs),
      fates: flow(report.submittedPairs),
    },
    hasDays: report.earlierDays.length > 0,
    receivers: report.receivers.map((row, at) => ({
      ...row,
      of: `receivers.${at}`,
      cells: cells(row.byItemAndReceiver, RECEIVER_OUTCOMES),
      line: sparkline(row.earlierItems.length > 0 ? [...row.earlierItems, row.items] : []),
    })),
    files: rowsOf(report.deliveries.latest, "deliveries.latest"),
    moreFiles: organization.filesSent + organization.downloads - report.deliveries.latest.length,
    failures: cut(rowsOf(report.failures, "failures")),
    open: cut(rowsOf(report.open, "open")),
    sources: pairs(report.receivedPairs, "receivedPairs", RECEIVER_OUTCOMES),
    fates: pairs(report.submittedPairs, "submittedPairs", OUTCOMES),
    errors: groups(report.errors.shown, "errors.shown"),
    errorTotals: report.errors,
    moreErrors: report.errors.groups - report.errors.shown.length,
    filters: groups(report.filters.shown, "filters.shown"),
    moreFilters: report.filters.groups - report.filters.shown.length,
    facilities: facilities(report.facilities),
    windowZone: window.timeZone,
  };
}

export type OrganizationView = ReturnType<typeof organizationView> & Frame;

function zoneText({ timeZone, timeZoneOf, window }: OrganizationReport): string {
  const day = timeZone === window.timeZone ? "" : ` The days are those of ${window.timeZone}.`;
  if (timeZoneOf === "run")
    return `Times are in ${timeZone}, the zone of this report, since no receiver of yours names one.`;
  return `Times are in ${timeZone}, the zone of most of your receivers.${day}`;
}

function hours({ window, timeZone, timeline }: OrganizationReport, which: "received" | "submitted"): OutcomeBars {
  const { step } = timeline;
  return outcomeBars(stepsOfWindow(window, timeZone, { step, steps: timeline[which] }, `timeline.${which}`));
}

function days({ window, earlierDays, organization }: OrganizationReport, which: "received" | "submitted"): OutcomeBars {
  const earlier = earlierDays.map((day, at) => ({
    date: day.date,
    counts: day[which],
    of: `earlierDays.${at}.${which}`,
  }));
  return outcomeBars(
    stepsOfDays(withToday(window, earlier, { counts: organization[which], of: `organization.${which}` })),
  );
}

type Placed<T> = T & { of: string };

function rowsOf<T extends object>(rows: readonly T[], path: string): Placed<T>[] {
  return rows.map((row, at) => ({ ...row, of: `${path}.${at}` }));
}

function cut<T>(rows: readonly T[]): { shown: readonly T[]; count: number; more: number } {
  return { shown: rows.slice(0, SHOWN), count: rows.length, more: Math.max(0, rows.length - SHOWN) };
}

function pairs(rows: readonly PairSummary[], path: string, outcomes: readonly Outcome[]) {
  return cut(
    rowsOf(rows, path)
      .sort((left, right) => right.items - left.items)
      .map((row) => ({
        ...row,
        sender: row.sender || "unknown sender",
        receiver: row.receiver || "no receiver",
        cells: cells(row.byItemAndReceiver, outcomes),
      })),
  );
}

function groups(rows: readonly ErrorGroupSummary[], path: string) {
  return rowsOf(rows, path).map((row) => ({ ...row, isNew: row.status === "new" }));
}

function facilities({ weeks, shown, count, items, itemsWithout }: FacilitiesSummary) {
  const rows = rowsOf(shown, "facilities.shown").map((row) => ({
    ...row,
    name: row.name || (row.clia === "" ? "all without a valid CLIA number" : "name not shown"),
    weeks: row.weeks.map((value) => ({ value, withheld: value === null })),
    withheld: row.items === null,
    ...totalOf(row.weeks),
  }));
  const marked = (mark: string): number => shown.filter((row) => row.mark === mark).length;
  return {
    ...{ rows, count, items, itemsWithout, more: count - shown.length },
    newOnes: marked("new"),
    gone: marked("gone"),
    weeks: weeks.map(({ first, last, knownDays }, at) => ({
      of: `weeks.${at}`,
      text: `${formatShortDate(first)} – ${formatShortDate(last)}`,
      known: knownDays === 7 ? "" : knownDays === 0 ? "not known" : `${knownDays} of 7 days`,
    })),
  };
}

/** A total over weeks of which some are withheld would give them away. */
function totalOf(weeks: readonly (number | null)[]): { sum: number; isAtLeast: boolean } {
  return {
    sum: weeks.reduce<number>((sum, value) => sum + (value ?? 0), 0),
    isAtLeast: weeks.includes(null),
  };
}
