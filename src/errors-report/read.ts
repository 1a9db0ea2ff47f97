import { zeroBasedReports } from "../lineage/index-base.ts";
import { type LoggedError, LogPass } from "../run/log-pass.ts";
import { readLineage } from "../run/read/lineage.ts";
import { LineageRows } from "../run/read/lineage-rows.ts";
import { logEntries, readLoggedReports } from "../run/read/log-entries.ts";
import { readMessageIds } from "../run/read/message-ids.ts";
import { readRejected } from "../run/read/rejected.ts";
import { readReceivers } from "../run/read/state.ts";
import { LOGGED_EARLIER, receiversByName } from "../run/read/window.ts";
import type { Catalogue } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Window } from "../time/window.ts";

/**
 * Streams the entries of a window as they are tied to submissions: the rows of errors.csv, in
 * batches, oldest first. The window's lineage is held in memory, the log is not.
 */
export async function* readErrors(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { from, to }: Window,
  onPhase: (phase: string) => void,
): AsyncGenerator<LoggedError[], void, undefined> {
  const rows = new LineageRows(snapshot, catalogue);
  onPhase("lineage");
  const receivers = await readReceivers(snapshot, catalogue);
  const rejected = await readRejected(snapshot, catalogue, rows.submissions.senders, from, to);
  const logged = await readLoggedReports(snapshot, catalogue, from, to);
  // What became of the reports after the window is of no use here, so now is the window's end.
  const { graph } = await readLineage(rows, { from, to, horizon: to }, logged, to);
  await snapshot.dismissSibling();
  const log = new LogPass({
    rows,
    graph,
    zeroBased: zeroBasedReports(graph, rows.reports),
    messageIds: await readMessageIds(snapshot, catalogue, rows, graph),
    rejected: new Map(rejected.map((request) => [request.actionId, request])),
    receiverByName: receiversByName(receivers, rows.reports.receivers),
    window: { from, to },
  });
  onPhase("action log");
  for await (const batch of logEntries(snapshot, catalogue, from - LOGGED_EARLIER, to, rows.reports.ids)) {
    yield batch.flatMap((entry) => {
      const error = log.take(entry);
      return error && entry.at >= from ? [error] : [];
    });
  }
}
