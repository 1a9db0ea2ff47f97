import { OriginFinder } from "../lineage/origins.ts";
import { ReportWalk } from "../lineage/walk.ts";
import { deliveriesBetween } from "../outcome/deliveries.ts";
import { type Failure, failuresBetween } from "../outcome/failures.ts";
import { Judge } from "../outcome/judge.ts";
import type { Limits } from "../outcome/limits.ts";
import { StatusRules } from "../outcome/status.ts";
import { openRunFolder, type RunFolder } from "../output/folder.ts";
import { jsonPieces } from "../output/json-pieces.ts";
import type { Manifest } from "../output/manifest.ts";
import { packageIdentity } from "../package.ts";
import { organizationPage } from "../report/organization/page.ts";
import { operatorsPage } from "../report/pages.ts";
import type { Render } from "../report/templates.ts";
import { type Catalogue, recording } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import {
  daySummaries,
  EARLIER_DAYS,
  type EarlierDayFigures,
  receiversWithDays,
  sendersWithDays,
} from "../summary/earlier-days.ts";
import { allFiltered } from "../summary/error-changes.ts";
import { DELIVERY_TIME_LIMITS, SummaryFold } from "../summary/fold.ts";
import { attentionLines } from "../summary/operators/lines.ts";
import { FacilityFold } from "../summary/organization/facilities.ts";
import { OrganizationFold } from "../summary/organization/fold.ts";
import { organizationReports } from "../summary/organization/report.ts";
import { zonesOf } from "../summary/organization/time-zone.ts";
import type { OrganizationReport } from "../summary/organization/types.ts";
import { stepsOf } from "../summary/timeline.ts";
import type { FailureSummary, Summary } from "../summary/types.ts";
import { DAY, formatInstant, HOUR, type Micros, SECOND } from "../time/instant.ts";
import { type Window, wholeDays } from "../time/window.ts";
import { type EarlierRuns, readEarlierRuns } from "./earlier-runs.ts";
import { errorSummary } from "./error-summary.ts";
import { writeExports } from "./exports.ts";
import { operatorsSummary, outcomeFold } from "./operators-summary.ts";
import { folderOf, RunOutputs } from "./outputs.ts";
import type { RunPlan } from "./plan.ts";
import { type FacilityRows, readFacilities } from "./read/facilities.ts";
import type { LineageRows } from "./read/lineage-rows.ts";
import { readNewestRow } from "./read/newest-row.ts";
import { type OperatorsData, readOperators } from "./read/operators.ts";
import { readTraffic, type WindowTraffic } from "./read/traffic.ts";
import { readWindow, type WindowData } from "./read/window.ts";
import { sayTime } from "./say-time.ts";
import { activeReceiversAt, judgeSilence } from "./silence.ts";
import { ErrorWriter } from "./write-errors.ts";
import { writeAttention, writeDeliveries, writeFailures, writePairs } from "./write-files.ts";
import { writeSubmissions } from "./write-items.ts";

export interface RunRequest {
  plan: RunPlan;
  limits: Limits;
  /** How long after its end the window is still read by time. */
  settle: Micros;
  catalogue: Catalogue;
  render: Render;
  unmasked: boolean;
  /** The instant as of which states are judged; undefined for the snapshot's. */
  asOf: Micros | undefined;
  /** Opens the one session of the run. */
  openSnapshot: () => Promise<Snapshot>;
  onPhase: (phase: string) => void;
  /** Milliseconds; only for the age of leftovers. */
  now: () => number;
  /** Ends the writing; the snapshot has a signal of its own. */
  signal?: AbortSignal;
}

export interface RunResult {
  folder: string;
  summary: Summary;
  manifest: Manifest;
}

/**
 * Carries out a plan: one snapshot, one pass, and a folder that appears whole or not at all.
 *
 * @throws OutputError when the folder exists or cannot be written, and whatever reading throws
 */
export async function runWindow(request: RunRequest): Promise<RunResult> {
  const { plan, now, signal } = request;
  const folder = await openRunFolder(plan.folder, { force: plan.force, now, ...(signal ? { signal } : {}) });
  try {
    return await fill(folder, request);
  } finally {
    await folder.abort();
  }
}

async function fill(folder: RunFolder, request: RunRequest): Promise<RunResult> {
  const { plan, onPhase } = request;
  const { catalogue, used } = recording(request.catalogue);
  // The lineage is free again by the time the pages are made.
  const { summary, reports } = await writeRows(folder, request, catalogue);
  onPhase("pages");
  await writePages(folder, summary, reports, request.render);
  onPhase("publishing");
  const manifest = await folder.publish({
    tool: packageIdentity(),
    window: summary.window,
    snapshot: summary.snapshot,
    options: optionsOf(request),
    queries: used(),
  });
  return { folder: plan.folder, summary, manifest };
}

/** Reads the window, judges it and writes its rows; returns what the pages are made of. */
async function writeRows(
  folder: RunFolder,
  request: RunRequest,
  catalogue: Catalogue,
): Promise<{ summary: Summary; reports: Iterable<OrganizationReport> }> {
  const { plan, limits, onPhase } = request;
  const { window } = plan;
  const outputs = new RunOutputs(folder, plan.organizations);
  const errors = new ErrorWriter(outputs, request.unmasked);
  const snapshot = await request.openSnapshot();
  const { at, id, replayedAt } = snapshot;
  const asOf = request.asOf ?? at;
  const span = { from: window.from, to: window.to, horizon: window.to + request.settle };
  let newestRowAt: Micros | undefined;
  let data: WindowData;
  let watched: OperatorsData;
  let traffic: WindowTraffic | undefined;
  const own = new OrganizationFold(new FacilityFold());
  let facilities: FacilityRows;
  try {
    newestRowAt = await readNewestRow(snapshot, catalogue);
    data = await readWindow(snapshot, catalogue, span, {
      onLogged: (error) => errors.write(error),
      onPhase,
    });
    facilities = await readFacilities(snapshot, catalogue, data.rows, window, own.facilities);
    onPhase("weeks before");
    traffic = await readTraffic(snapshot, catalogue, window, activeReceiversAt(data.facts.receivers, window.to));
    onPhase("connections, queue and settings");
    watched = await readOperators(snapshot, catalogue, data.facts, { ...span, asOf }, limits);
    await writeExports(snapshot, catalogue, folder, outputs, window);
  } finally {
    await snapshot.close();
  }

  onPhase("outcomes");
  const { facts, rows, attempts } = data;
  const judge = new Judge(facts, { asOf, limits, timeZone: window.timeZone, say: sayTime(asOf) });
  const status = new StatusRules(rows.reports, new ReportWalk(facts.graph, "down"));
  const origins = new OriginFinder(rows.reports, rows.submissions, new ReportWalk(facts.graph, "up"));
  const fold = new SummaryFold(stepsOf(window));
  const outcomes = outcomeFold(facts);
  await writeSubmissions(data, judge, status, outputs, { fold, outcomes }, { fold: own, facilities }, window);
  const deliveries = deliveriesBetween(facts, origins, window.from, window.to);
  await writeDeliveries(deliveries, rows, outputs, fold, own.deliveries);
  const failures = failuresBetween(facts, origins, attempts, window, limits);
  await writeFailures(failures, rows, outputs, fold);
  const grouped = await errors.writeGroups();
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
      at: formatInstant(at),
      id,
      replayedAt: instantOrNull(replayedAt),
      newestRowAt: instantOrNull(newestRowAt),
    },
    limitedTo: plan.organizations,
    totals: fold.totals(),
    organizations: fold.organizations(outputs.organizations, folderOf),
    senders,
    receivers,
    pairs,
    previousRun: earlier.previous,
    ...errorSummary(errors, grouped, data.log.doubles, earlier.errors),
    allFiltered: allFiltered(senders, (sender) => errors.filtersOf(sender)),
    failures: failures
      .filter(({ receiver }) => outputs.wants(receiver.organization))
      .map((failure) => failureSummary(failure, rows)),
    silence: judgeSilence(traffic, {
      activeReceivers: activeReceiversAt(data.facts.receivers, window.to),
      receivers,
      pairs,
      earlierDays: earlier.days,
      wants: (organization) => outputs.wants(organization),
    }),
    timeline: fold.timeline.timeline(),
    deliveryTimeLimits: DELIVERY_TIME_LIMITS,
    earlierDays: daySummaries(days),
    facilities: own.facilities.counts(),
  };
  summary.operators = operatorsSummary(watched, summary, {
    ...{ window, facts, outcomes, limits, settle: request.settle, readAt: at, asOf },
    isAsOfGiven: request.asOf !== undefined,
    unmasked: request.unmasked,
    wants: (organization) => outputs.wants(organization),
    earlierDays: earlier.days,
  });
  await writeAttention(attentionLines(summary), outputs);
  const reports = organizationReports(summary, {
    timeline: fold.timeline,
    fold: own,
    // The summary's groups are those of error-groups.csv, in the same order.
    groups: summary.errorGroups.map((group, at) => {
      const { senderOrganization, receiverOrganization } = grouped.groups[at];
      return { ...group, senderOrganization, receiverOrganization };
    }),
    earlierDays: days,
    zones: zonesOf(facts.receivers, window.to),
    date: dayOf(window),
  });
  return { summary, reports };
}

function instantOrNull(at: Micros | undefined): string | null {
  return at === undefined ? null : formatInstant(at);
}

/** What the manifest says of how the run was asked for; durations in seconds. */
function optionsOf({ plan, unmasked, asOf, limits, settle }: RunRequest): Manifest["options"] {
  return {
    organizations: plan.organizations,
    unmasked,
    asOf: asOf === undefined ? null : formatInstant(asOf),
    pipelineSeconds: limits.pipeline / SECOND,
    sendSeconds: limits.send / SECOND,
    fileLifeSeconds: limits.fileLife / SECOND,
    settleSeconds: settle / SECOND,
  };
}

/** The pages and the data behind them. */
async function writePages(
  folder: RunFolder,
  summary: Summary,
  reports: Iterable<OrganizationReport>,
  render: Render,
): Promise<void> {
  await folder.file("summary.json", jsonPieces(summary));
  await folder.file("index.html", operatorsPage(summary, render));
  for (const report of reports) {
    const path = report.organization.folder;
    await folder.file(`${path}/summary.json`, jsonPieces(report));
    await folder.file(`${path}/index.html`, organizationPage(report, render));
  }
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

function failureSummary(failure: Failure, { reports, files }: LineageRows): FailureSummary {
  const { report } = failure;
  const instant = (at: Micros): string | null => (Number.isNaN(at) ? null : formatInstant(at));
  return {
    reportId: failure.reportId,
    receiver: failure.receiver.name,
    organization: failure.receiver.organization,
    fileName: report < 0 ? "" : files.name(report),
    items: report < 0 ? null : reports.itemCount[report],
    state: failure.state,
    firstFailedAt: formatInstant(failure.firstFailedAt),
    lastFailedAt: formatInstant(failure.lastFailedAt),
    attempts: failure.attempts,
    errorFamily: failure.errorFamily,
    error: failure.error,
    resentAt: instant(failure.resentAt),
    recoveredAt: instant(failure.recoveredAt),
    senders: failure.senders.map(({ name }) => name),
    expiresAt: instant(failure.expiresAt),
  };
}
