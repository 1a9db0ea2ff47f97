import { OriginFinder } from "../lineage/origins.ts";
import { ReportWalk } from "../lineage/walk.ts";
import { deliveriesBetween } from "../outcome/deliveries.ts";
import { failuresBetween } from "../outcome/failures.ts";
import type { ReceiverHistory } from "../outcome/receiver.ts";
import type { RunFolder } from "../output/folder.ts";
import type { Catalogue } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { SummaryFold } from "../summary/fold.ts";
import type { DuplicateFiles, DuplicateItems, OutcomeLine } from "../summary/operators/types.ts";
import type { OrganizationFold } from "../summary/organization/fold.ts";
import type { FailureSummary } from "../summary/types.ts";
import type { Micros } from "../time/instant.ts";
import { writeExports } from "./exports.ts";
import { failureSummaries } from "./failure-summary.ts";
import { judging } from "./judging.ts";
import { collectGarbage } from "./memory.ts";
import type { RunOutputs } from "./outputs.ts";
import { plannedSlices } from "./planned-slices.ts";
import { type FacilityRows, readFacilities } from "./read/facilities.ts";
import { type OperatorsData, type OperatorsSpan, readOperators } from "./read/operators.ts";
import { readSentBefore } from "./read/sent-before.ts";
import { readTraffic, type WindowTraffic } from "./read/traffic.ts";
import { readWindow, type WindowData } from "./read/window.ts";
import { RowFolds } from "./row-folds.ts";
import type { RunRequest } from "./run.ts";
import { activeReceiversAt } from "./silence.ts";
import { slicesBetween } from "./slice-plan.ts";
import type { ErrorWriter, SummedGroups } from "./write-errors.ts";
import { writeDeliveries, writeFailures } from "./write-files.ts";
import { writeSubmissions } from "./write-items.ts";
import { writeSlices } from "./write-slices.ts";

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
  const folds = new RowFolds(window, (organization) => outputs.wants(organization));
  const { fold, own } = folds;
  let data: WindowData;
  let facilities: FacilityRows = new Map();
  try {
    const slices = request.slicing
      ? slicesBetween(span, request.slicing.cuts)
      : await plannedSlices(snapshot, catalogue, span, request.memory);
    if (slices) {
      const context = { request, asOf, outputs, errors, folds };
      const { whole, failures } = await writeSlices(snapshot, catalogue, span, slices, context);
      const { receivers, newestRowAt } = whole;
      await writeExports(snapshot, catalogue, folder, outputs, window);
      const beside = await readBeside(snapshot, catalogue, request, receivers, { ...span, asOf });
      await snapshot.close();
      return {
        ...{ readAt: at, asOf, snapshotId: id, replayedAt, newestRowAt, receivers, failures, ...beside },
        grouped: await errors.groups(),
        ...summed(folds),
      };
    }
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
  folds.judgedBy(facts);
  const [[{ watched, traffic }, sentBefore]] = await withSnapshot(
    snapshot,
    (async () =>
      [
        await readBeside(snapshot, catalogue, request, facts.receivers, { ...span, asOf }),
        await readSentBefore(snapshot, catalogue, facts, window, window.from),
      ] as const)(),
    // As a promise whatever fails in it, so that it never leaves a reading that nobody waits for.
    (async () =>
      writeSubmissions(data, judging(data, request, asOf), outputs, folds, { fold: own, facilities }, window))(),
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
  folds.duplicateFiles.add(facts, window, sentBefore);
  folds.doubledFilterResults = data.log.doubles;
  return {
    ...{ readAt: at, asOf, snapshotId: id, replayedAt, newestRowAt, watched, traffic },
    grouped: await errors.groups(),
    failures: failureSummaries(failures, rows, outputs),
    receivers: facts.receivers,
    ...summed(folds),
  };
}

/** What was added up of the rows. */
function summed(
  folds: RowFolds,
): Pick<WrittenRows, "fold" | "own" | "outcomes" | "duplicateItems" | "duplicateFiles" | "doubledFilterResults"> {
  const { fold, own, outcomes, duplicateFiles, doubledFilterResults } = folds;
  return {
    ...{ fold, own, doubledFilterResults },
    outcomes: outcomes.lines(),
    duplicateItems: outcomes.duplicates(),
    duplicateFiles: duplicateFiles.lines(),
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
  receivers: ReceiverHistory,
  span: OperatorsSpan,
): Promise<Beside> {
  const traffic = await readTraffic(snapshot, catalogue, window, activeReceiversAt(receivers, window.to));
  return {
    traffic,
    watched: await readOperators(snapshot, catalogue, receivers, span, limits),
  };
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
