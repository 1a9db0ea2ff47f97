import { zeroBasedReports } from "../../lineage/index-base.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { chunksOf, KEYS_AT_ONCE } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import { LogPass } from "../log-pass.ts";
import { readLateAttempts } from "./attempts-by-key.ts";
import { LineageRows, type RowBudget } from "./lineage-rows.ts";
import { logEntries, readLoggedReports } from "./log-entries.ts";
import { readMessageIds } from "./message-ids.ts";
import { completeParents, readSliceLineage, type Slice, type SliceLineage } from "./slice-lineage.ts";
import { type EntriesAround, readEntriesAround } from "./slice-log.ts";
import { byReport, readTasks, unsettledReports } from "./state.ts";
import type { LostEntries, WholeWindow } from "./whole-window.ts";
import {
  factsOf,
  failedFiles,
  LOGGED_EARLIER,
  namedFiles,
  type ReadOptions,
  receiversByName,
  type WindowData,
} from "./window.ts";

/**
 * Reads a slice of a window so that whatever is asked of its submissions, of what was delivered and of what was logged in it has the answer
 * that the whole window would give.
 *
 * @throws what `readWindow` throws, and what the budget throws: before anything is handed to `onLogged`
 */
export async function readSlice(
  snapshot: Snapshot,
  catalogue: Catalogue,
  whole: WholeWindow,
  slice: Slice,
  { onLogged, onPhase, budget }: ReadOptions & { budget?: RowBudget | undefined },
): Promise<WindowData> {
  const { span, receivers } = whole;
  const rows = new LineageRows(snapshot, catalogue, { parties: whole.parties, budget });
  onPhase("lineage");
  const lostHere = whole.lost.filter(({ firstAt, lastAt }) => firstAt < slice.to && lastAt >= slice.from);
  const logged = await readLoggedReports(snapshot, catalogue, slice.from, slice.to);
  for (const { reportIds } of lostHere) logged.push(...reportIds);
  const failed = failedFiles(whole.attempts, slice);
  const followed = await readSliceLineage(rows, whole, slice, { failed, logged });
  const { lineage, around } = await readAround(snapshot, catalogue, rows, whole, slice, followed, logged);
  const { graph, kinds } = lineage;
  const zeroBased = zeroBasedReports(graph, rows.reports);
  const messageIds = await readMessageIds(snapshot, catalogue, rows, graph);

  onPhase("action log");
  const log = new LogPass({
    ...{ rows, graph, zeroBased, messageIds, window: slice },
    rejected: new Map(whole.rejected.map((request) => [request.actionId, request])),
    receiverByName: receiversByName(receivers, rows.reports.receivers),
  });
  for (const entry of around.before) log.take(entry);
  for await (const batch of logEntries(snapshot, catalogue, slice.from, slice.to, rows.reports.ids)) {
    for (const entry of batch) {
      const error = log.take(entry);
      const full = error && onLogged(error);
      if (full) await full;
    }
  }
  for (const entry of around.after) log.take(entry);
  log.end();

  onPhase("tasks");
  const unsettled = unsettledReports(rows, graph, kinds).filter((report) => lineage.followed.has(report));
  const tasks = await readTasks(snapshot, catalogue, rows, unsettled);
  const late = await readLateAttempts(
    snapshot,
    catalogue,
    rows,
    { graph, kinds, unsettled, failed: [], tasks, receivers },
    span,
  );
  const attempts = [...whole.attempts, ...late.filter(({ reportId }) => !whole.failed.has(reportId))];
  await rows.readReadyFiles(namedFiles(rows, kinds, unsettled, whole.attempts));
  const facts = factsOf(rows, {
    ...{ graph, kinds, zeroBased, messageIds, tasks, receivers, log: log.facts },
    attempts: byReport(attempts, rows),
  });
  const rejected = whole.rejected.filter(({ at }) => at >= slice.from && at < slice.to);
  return { rows, facts, attempts, rejected, log, newestRowAt: whole.newestRowAt };
}

/**
 * Reads what was logged about the slice's reports outside of it. To tie such an entry, all parents of its report must be there; few reports
 * that were found by key are spoken of at all.
 */
async function readAround(
  snapshot: Snapshot,
  catalogue: Catalogue,
  rows: LineageRows,
  whole: WholeWindow,
  slice: Slice,
  lineage: SliceLineage,
  logged: readonly string[],
): Promise<{ lineage: SliceLineage; around: EntriesAround }> {
  const { reports } = rows;
  const { span } = whole;
  const lost = whole.lost.filter((entries) => isOfSlice(entries, slice, lineage, rows));
  const rejected = whole.rejected.filter(({ at }) => at >= slice.from && at < slice.to);
  const time = { first: span.from - LOGGED_EARLIER, last: span.horizon, from: slice.from, to: slice.to };
  const around = await readEntriesAround(
    snapshot,
    catalogue,
    {
      ids: idsOf(rows, lineage, logged),
      actions: [...lost, ...rejected].map(({ actionId }) => actionId),
    },
    reports.ids,
    time,
  );
  const partial = new Set<string>();
  for (const { reportIds } of lost) for (const id of reportIds) partial.add(id);
  for (const { report } of [...around.before, ...around.after]) {
    if (typeof report === "number") partial.add(reports.ids.text(report));
  }
  const ids = [...partial].filter((id) => {
    const report = reports.ids.find(id);
    // What was written after the horizon is tied by what was open then, as when the window is read whole.
    return report < 0 || (report >= lineage.firstFound && !(reports.createdAt[report] >= span.horizon));
  });
  return { lineage: await completeParents(rows, whole, lineage, ids), around };
}

function isOfSlice(
  { firstAt, lastAt, reportIds }: LostEntries,
  { from, to }: Slice,
  { followed }: SliceLineage,
  rows: LineageRows,
): boolean {
  if (firstAt < to && lastAt >= from) return true;
  return reportIds.some((id) => followed.has(rows.reports.ids.find(id)));
}

/** The ids of the reports whose entries matter, a statement's worth at a time. */
function* idsOf(
  { reports }: LineageRows,
  { followed }: SliceLineage,
  logged: readonly string[],
): Generator<readonly string[], void, undefined> {
  let list: string[] = [];
  for (const report of followed.all()) {
    list.push(reports.ids.text(report));
    if (list.length < KEYS_AT_ONCE) continue;
    yield list;
    list = [];
  }
  yield list;
  const others = logged.filter((id) => !followed.has(reports.ids.find(id)));
  yield* chunksOf(others, KEYS_AT_ONCE);
}
