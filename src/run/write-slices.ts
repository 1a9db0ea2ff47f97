import { failureFacts } from "../failures/facts.ts";
import { OriginFinder } from "../lineage/origins.ts";
import { ReportWalk } from "../lineage/walk.ts";
import { deliveriesBetween } from "../outcome/deliveries.ts";
import { failuresBetween } from "../outcome/failures.ts";
import { KIND } from "../outcome/kind.ts";
import type { Catalogue } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { FailureSummary } from "../summary/types.ts";
import type { Micros } from "../time/instant.ts";
import { failureSummaries } from "./failure-summary.ts";
import { judging } from "./judging.ts";
import { collectGarbage, shrinkHeap } from "./memory.ts";
import type { RunOutputs } from "./outputs.ts";
import { readFacilities } from "./read/facilities.ts";
import type { Span } from "./read/lineage.ts";
import { LineageRows } from "./read/lineage-rows.ts";
import { readSentBefore } from "./read/sent-before.ts";
import { readSlice } from "./read/slice.ts";
import { readSliceLineage, type Slice } from "./read/slice-lineage.ts";
import { readWholeWindow, type WholeWindow } from "./read/whole-window.ts";
import type { WindowData } from "./read/window.ts";
import type { RowFolds } from "./row-folds.ts";
import type { RunRequest } from "./run.ts";
import { halves, roomOf, SliceBudget, SliceTooLarge } from "./slice-plan.ts";
import type { ErrorWriter } from "./write-errors.ts";
import { writeDeliveries, writeFailures } from "./write-files.ts";
import { writeSubmissions } from "./write-items.ts";

/** Where a window's rows go, and by what they are judged. */
export interface SliceContext {
  request: RunRequest;
  asOf: Micros;
  outputs: RunOutputs;
  errors: ErrorWriter;
  folds: RowFolds;
}

/**
 * Writes a window's rows a slice at a time, in the order in which the whole window would be written: memory holds the lineage of one slice.
 * A slice that turns out to be too large is halved and read again, which costs time only: its bounds decide nothing.
 */
export async function writeSlices(
  snapshot: Snapshot,
  catalogue: Catalogue,
  span: Span,
  slices: readonly Slice[],
  context: SliceContext,
): Promise<{ whole: WholeWindow; failures: FailureSummary[] }> {
  const { request } = context;
  request.onPhase("settings and attempts");
  const whole = await readWholeWindow(snapshot, catalogue, span);
  const waiting = [...slices];
  for (let done = 0; waiting.length > 0; ) {
    const slice = waiting.shift() as Slice;
    const onPhase = (phase: string): void =>
      request.onPhase(`slice ${done + 1} of ${done + 1 + waiting.length}: ${phase}`);
    try {
      await writeSlice(snapshot, catalogue, whole, slice, { ...context, onPhase });
      done++;
    } catch (error) {
      if (!(error instanceof SliceTooLarge)) throw error;
      waiting.unshift(...halves(slice, span.horizon));
    }
    await shrinkHeap();
  }
  const { outputs, errors } = context;
  outputs.end("submissions", "items", "submittedItems", "receivedItems", "deliveries");
  await errors.groups();
  request.onPhase("failures");
  const failures = await writeFailedFiles(snapshot, catalogue, whole, context);
  outputs.end("failures");
  return { whole, failures };
}

async function writeSlice(
  snapshot: Snapshot,
  catalogue: Catalogue,
  whole: WholeWindow,
  slice: Slice,
  { request, asOf, outputs, errors, folds, onPhase }: SliceContext & { onPhase: (phase: string) => void },
): Promise<void> {
  const room = roomForRows(request);
  const budget = room === undefined ? undefined : new SliceBudget(room);
  const onLogged = (error: Parameters<ErrorWriter["write"]>[0]): Promise<void> | undefined => errors.write(error);
  const data = await readSlice(snapshot, catalogue, whole, slice, { onLogged, onPhase, budget });
  const { rows, facts, log } = data;
  const facilities = await readFacilities(snapshot, catalogue, rows, slice, folds.own.facilities);
  const sentBefore = await readSentBefore(snapshot, catalogue, facts, slice, whole.span.from);
  collectGarbage();
  onPhase("outcomes");
  folds.judgedBy(facts);
  const own = { fold: folds.own, facilities };
  await writeSubmissions(data, judging(data, request, asOf), outputs, folds, own, slice);
  collectGarbage();
  onPhase("deliveries");
  await writeDeliveriesOf(data, slice, outputs, folds);
  folds.duplicateFiles.add(facts, slice, sentBefore);
  folds.doubledFilterResults += log.doubles;
  folds.judgedBy(undefined);
}

/** Bytes for the rows of a slice; undefined for any number. */
function roomForRows({ memory, slicing }: RunRequest): number | undefined {
  return slicing?.room ?? (memory === undefined ? undefined : roomOf(memory));
}

async function writeDeliveriesOf(
  { facts, rows }: WindowData,
  { from, to }: Slice,
  outputs: RunOutputs,
  { fold, own }: RowFolds,
): Promise<void> {
  const origins = new OriginFinder(rows.reports, rows.submissions, new ReportWalk(facts.graph, "up"));
  await writeDeliveries(deliveriesBetween(facts, origins, from, to), rows, outputs, fold, own.deliveries);
}

/** Failures of one file may lie in several slices, so they are read by key for all of the window at the end. */
async function writeFailedFiles(
  snapshot: Snapshot,
  catalogue: Catalogue,
  whole: WholeWindow,
  { request, outputs, folds }: SliceContext,
): Promise<FailureSummary[]> {
  const { span, attempts, failed, parties } = whole;
  const rows = new LineageRows(snapshot, catalogue, { parties });
  const nothing = { from: span.from, to: span.from, near: span.from };
  const { graph, kinds } = await readSliceLineage(rows, whole, nothing, { failed: [...failed], logged: [] });
  await rows.readReadyFiles([...failed].filter((id) => kinds[rows.reports.ids.find(id)] === KIND.deliverable));
  const facts = failureFacts(rows, graph, attempts);
  const origins = new OriginFinder(rows.reports, rows.submissions, new ReportWalk(graph, "up"));
  const failures = failuresBetween(facts, origins, attempts, span, request.limits);
  await writeFailures(failures, rows, outputs, folds.fold);
  return failureSummaries(failures, rows, outputs);
}
