import {
  daySummaries,
  EARLIER_DAYS,
  type EarlierDayFigures,
  receiversWithDays,
  sendersWithDays,
} from "../summary/earlier-days.ts";
import { allFiltered } from "../summary/error-changes.ts";
import { DELIVERY_TIME_LIMITS } from "../summary/fold.ts";
import { organizationReports } from "../summary/organization/report.ts";
import { zonesOf } from "../summary/organization/time-zone.ts";
import type { OrganizationReport } from "../summary/organization/types.ts";
import type { Summary } from "../summary/types.ts";
import { DAY, formatInstant, HOUR, type Micros } from "../time/instant.ts";
import { type Window, wholeDays } from "../time/window.ts";
import { type EarlierRuns, readEarlierRuns } from "./earlier-runs.ts";
import { errorSummary } from "./error-summary.ts";
import { operatorsSummary } from "./operators-summary.ts";
import { folderOf, type RunOutputs } from "./outputs.ts";
import type { RunRequest } from "./run.ts";
import { activeReceiversAt, judgeSilence } from "./silence.ts";
import type { ErrorWriter } from "./write-errors.ts";
import { writePairs } from "./write-files.ts";
import type { WrittenRows } from "./write-rows.ts";

/**
 * Adds up what the rows left: the summary, and each organization's part of it. Writes the file that is a sum itself
 * (summary.csv), and compares with the runs before in the same folder.
 */
export async function summarize(
  { plan, limits, settle, asOf, unmasked }: RunRequest,
  written: WrittenRows,
  outputs: RunOutputs,
  errors: ErrorWriter,
): Promise<{ summary: Summary; reports: Iterable<OrganizationReport> }> {
  const { window } = plan;
  const { fold, own, watched, grouped } = written;
  const wants = (organization: string): boolean => outputs.wants(organization);
  const pairs = fold.pairs();
  await writePairs(pairs, outputs);
  const earlier = await readEarlierRuns(plan.folder, window, plan.organizations);
  const days = earlierDays(earlier, window);
  const senders = sendersWithDays(fold.senders(), days);
  const receivers = receiversWithDays(fold.receivers(), days);
  const summary: Summary = {
    format: 1,
    window: windowOf(window),
    snapshot: {
      at: formatInstant(written.readAt),
      id: written.snapshotId,
      replayedAt: instantOrNull(written.replayedAt),
      newestRowAt: instantOrNull(written.newestRowAt),
    },
    limitedTo: plan.organizations,
    totals: fold.totals(),
    organizations: fold.organizations(outputs.organizations, folderOf),
    senders,
    receivers,
    pairs,
    previousRun: earlier.previous,
    ...errorSummary(errors, grouped, written.doubledFilterResults, earlier.errors),
    allFiltered: allFiltered(senders, (sender) => errors.filtersOf(sender)),
    failures: written.failures,
    silence: judgeSilence(written.traffic, {
      activeReceivers: activeReceiversAt(written.receivers, window.to),
      receivers,
      pairs,
      earlierDays: earlier.days,
      wants,
    }),
    timeline: fold.timeline.timeline(),
    deliveryTimeLimits: DELIVERY_TIME_LIMITS,
    earlierDays: daySummaries(days),
    facilities: own.facilities.counts(),
  };
  summary.operators = operatorsSummary(watched, summary, {
    ...{ window, written, limits, settle, unmasked, wants },
    isAsOfGiven: asOf !== undefined,
    earlierDays: earlier.days,
  });
  const reports = organizationReports(summary, {
    timeline: fold.timeline,
    fold: own,
    // The summary's groups are those of error-groups.csv, in the same order.
    groups: summary.errorGroups.map((group, at) => {
      const { senderOrganization, receiverOrganization } = grouped.groups[at];
      return { group, senderOrganization, receiverOrganization };
    }),
    earlierDays: days,
    zones: zonesOf(written.receivers, window.to),
    date: dayOf(window),
  });
  return { summary, reports };
}

function dayOf(window: Window): string | undefined {
  const days = wholeDays(window);
  return days && days.first === days.last ? days.first : undefined;
}

/** The four weeks that end with the window, where it is one day: oldest first. */
function earlierDays({ days }: EarlierRuns, window: Window): EarlierDayFigures[] {
  const first = window.from - EARLIER_DAYS * DAY - HOUR;
  return days.flatMap(({ from, figures }) => (figures && from >= first ? [figures] : [])).reverse();
}

function windowOf({ from, to, timeZone }: Window): Summary["window"] {
  return { from: formatInstant(from), to: formatInstant(to), timeZone };
}

function instantOrNull(at: Micros | undefined): string | null {
  return at === undefined ? null : formatInstant(at);
}
