import { OriginFinder } from "../lineage/origins.ts";
import { ReportWalk } from "../lineage/walk.ts";
import { deliveriesBetween } from "../outcome/deliveries.ts";
import type { Facts } from "../outcome/facts.ts";
import { type Failure, failuresBetween } from "../outcome/failures.ts";
import { Judge } from "../outcome/judge.ts";
import type { ReceiverHistory } from "../outcome/receiver.ts";
import { StatusRules } from "../outcome/status.ts";
import type { RunFolder } from "../output/folder.ts";
import type { Catalogue } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { SummaryFold } from "../summary/fold.ts";
import type { DuplicateFiles, DuplicateItems, OutcomeLine } from "../summary/operators/types.ts";
import { FacilityFold } from "../summary/organization/facilities.ts";
import { OrganizationFold } from "../summary/organization/fold.ts";
import { stepsOf } from "../summary/timeline.ts";
import type { FailureSummary } from "../summary/types.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import { writeExports } from "./exports.ts";
import { collectGarbage } from "./memory.ts";
import { duplicateFiles, outcomeFold } from "./operators-summary.ts";
import type { RunOutputs } from "./outputs.ts";
import { type FacilityRows, readFacilities } from "./read/facilities.ts";
import type { LineageRows } from "./read/lineage-rows.ts";
import { type OperatorsData, type OperatorsSpan, readOperators } from "./read/operators.ts";
import { readTraffic, type WindowTraffic } from "./read/traffic.ts";
import { readWindow, type WindowData } from "./read/window.ts";
import type { RunRequest } from "./run.ts";
import { sayTime } from "./say-time.ts";
import { activeReceiversAt } from "./silence.ts";
import type { ErrorWriter, SummedGroups } from "./write-errors.ts";
import { writeDeliveries, writeFailures } from "./write-files.ts";
import { type Judging, writeSubmissions } from "./write-items.ts";

/** What is left of a window once its rows are written: sums, and what was read beside it. Nothing of it holds the lineage. */
export interface WrittenRows {
  /** When the snapshot was taken, as of when states were judged, and the snapshot's id. */
  readAt: Micros;
  asOf: Micros;
  snapshotId: string;
  /** Up to where a replica had replayed, and when the newest row was written; undefined where neither is known. */
  replayedAt: Micros | undefined;
  newestRowAt: Micros | undefined;
  fold: SummaryFold;
  own: OrganizationFold;
  failures: FailureSummary[];
  /** What the items ended as and why, and what was delivered more than once. */
  outcomes: OutcomeLine[];
  duplicateItems: DuplicateItems[];
  duplicateFiles: DuplicateFiles[];
  doubledFilterResults: number;
  receivers: ReceiverHistory;
  watched: OperatorsData;
  traffic: WindowTraffic | undefined;
  /** What the window's rows of the action log were grouped to. */
  grouped: SummedGroups;
}

/** Reads a window through one snapshot, judges it and writes its rows. The lineage is in here only, and free afterwards. */
export async function writeRows(
  folder: RunFolder,
  request: RunRequest,
  catalogue: Catalogue,
  outputs: RunOutputs,
  errors: ErrorWriter,
): Promise<WrittenRows> {
  const { plan, limits, onPhase } = request;
  const { window } = plan;
  const snapshot = await request.openSnapshot();
  const { at, id, replayedAt } = snapshot;
  const asOf = request.asOf ?? at;
  const span = { from: window.from, to: window.to, horizon: window.to + request.settle };
  const own = new OrganizationFold(new FacilityFold());
  let data: WindowData;
  let facilities: FacilityRows = new Map();
  try {
    data = await readWindow(snapshot, catalogue, span, {
      onLogged: (error) => errors.write(error),
      onAllLogged: () => errors.groups(),
      beside: async (session, rows) => {
        facilities = await readFacilities(session, catalogue, rows, window, own.facilities);
      },
      onPhase,
    });
    await writeExports(snapshot, catalogue, folder, outputs, window);
  } catch (error) {
    await snapshot.close();
    throw error;
  }

  collectGarbage();
  onPhase("outcomes");
  const { facts, rows, attempts, newestRowAt } = data;
  const fold = new SummaryFold(stepsOf(window));
  const outcomes = outcomeFold(facts);
  const [{ watched, traffic }] = await withSnapshot(
    snapshot,
    readBeside(snapshot, catalogue, request, facts, { ...span, asOf }),
    writeSubmissions(
      data,
      judging(data, request, asOf),
      outputs,
      { fold, outcomes },
      { fold: own, facilities },
      window,
    ),
  );
  outputs.end("submissions", "items", "submittedItems", "receivedItems");
  collectGarbage();
  onPhase("deliveries");
  const origins = new OriginFinder(rows.reports, rows.submissions, new ReportWalk(facts.graph, "up"));
  const deliveries = deliveriesBetween(facts, origins, window.from, window.to);
  await writeDeliveries(deliveries, rows, outputs, fold, own.deliveries);
  const failures = failuresBetween(facts, origins, attempts, window, limits);
  await writeFailures(failures, rows, outputs, fold);
  outputs.end("deliveries", "failures");
  return {
    ...{ readAt: at, asOf, snapshotId: id, replayedAt, newestRowAt, fold, own, watched, traffic },
    grouped: await errors.groups(),
    failures: failures
      .filter(({ receiver }) => outputs.wants(receiver.organization))
      .map((failure) => failureSummary(failure, rows)),
    outcomes: outcomes.lines(),
    duplicateItems: outcomes.duplicates(),
    duplicateFiles: duplicateFiles(facts, window, watched.sentBefore, (name) => outputs.wants(name)),
    doubledFilterResults: data.log.doubles,
    receivers: facts.receivers,
  };
}

/** What is read beside the window's rows. */
interface Beside {
  watched: OperatorsData;
  traffic: WindowTraffic | undefined;
}

/** Reads what is no row of the window: the weeks before it, and what operators watch. No item waits for it, so the server works on it meanwhile. */
async function readBeside(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { plan: { window }, limits }: RunRequest,
  facts: Facts,
  span: OperatorsSpan,
): Promise<Beside> {
  const traffic = await readTraffic(snapshot, catalogue, window, activeReceiversAt(facts.receivers, window.to));
  return { traffic, watched: await readOperators(snapshot, catalogue, facts, span, limits) };
}

/** Waits for what reads the snapshot and for what goes on beside it, and closes the snapshot as soon as nothing needs it any more. */
async function withSnapshot<Read, Done>(
  snapshot: Snapshot,
  reading: Promise<Read>,
  beside: Promise<Done>,
): Promise<[Read, Done]> {
  const closed = reading.finally(() => snapshot.close());
  try {
    return await Promise.all([closed, beside]);
  } finally {
    await snapshot.close();
    // Where the other one failed first, this one's error is the lost session's and says nothing more.
    await closed.catch(() => undefined);
  }
}

/** The rules with what they walk on, which takes memory and is of no use once the items are written. */
function judging({ facts, rows }: WindowData, { plan, limits }: RunRequest, asOf: Micros): Judging {
  return {
    judge: new Judge(facts, { asOf, limits, timeZone: plan.window.timeZone, say: sayTime(asOf) }),
    status: new StatusRules(rows.reports, new ReportWalk(facts.graph, "down")),
  };
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
