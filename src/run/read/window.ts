import type { Graph } from "../../lineage/graph.ts";
import { zeroBasedReports } from "../../lineage/index-base.ts";
import type { Parties, Party } from "../../lineage/parties.ts";
import { trackingAt } from "../../lineage/tracking.ts";
import type { Attempt } from "../../outcome/attempt.ts";
import type { Facts } from "../../outcome/facts.ts";
import { KIND } from "../../outcome/kind.ts";
import type { ReceiverHistory } from "../../outcome/receiver.ts";
import type { Task } from "../../outcome/task.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import { DAY, MINUTE, type Micros } from "../../time/instant.ts";
import { type LoggedError, LogPass } from "../log-pass.ts";
import { readEarlierAttempts, readLateAttempts } from "./attempts-by-key.ts";
import { readLineage, type Span } from "./lineage.ts";
import { LineageRows } from "./lineage-rows.ts";
import { logEntries, readLoggedReports } from "./log-entries.ts";
import { type MessageIds, readMessageIds } from "./message-ids.ts";
import { readNewestRow } from "./newest-row.ts";
import { type RejectedRequest, readRejected } from "./rejected.ts";
import { byReport, readAttempts, readReceivers, readTasks, unsettledReports } from "./state.ts";

/** A series of attempts took up to 41 hours until 2025-06-17. */
export const LONGEST_SERIES = 2 * DAY;

/** An entry is stamped by the step's own clock, before its action is written. */
export const LOGGED_EARLIER = MINUTE;

/** Everything read of a window; nothing more comes from the database. */
export interface WindowData {
  rows: LineageRows;
  facts: Facts;
  attempts: Attempt[];
  rejected: RejectedRequest[];
  log: LogPass;
  /** When the newest row was written; undefined where there is none. */
  newestRowAt: Micros | undefined;
}

/** What to do while reading. */
export interface ReadOptions {
  /** Takes an entry that was logged in the window; may ask to wait. */
  onLogged: (error: LoggedError) => Promise<void> | undefined;
  /** Told once nothing more is logged; what it does goes on beside what is still read, and is waited for. */
  onAllLogged?: () => Promise<unknown>;
  /** Reads what needs to know no more than the submissions; beside the log where there is a second session. */
  beside?: (snapshot: Snapshot, rows: LineageRows) => Promise<void>;
  /** Says what is being read. */
  onPhase: (phase: string) => void;
}

/** Reads a window through the snapshot, each kind of row once, in the order in which one needs the other. */
export async function readWindow(
  snapshot: Snapshot,
  catalogue: Catalogue,
  span: Span,
  { onLogged, onAllLogged, beside, onPhase }: ReadOptions,
): Promise<WindowData> {
  const rows = new LineageRows(snapshot, catalogue);
  onPhase("settings and attempts");
  await rows.beginReports({ from: span.from, to: span.horizon });
  const { newestRowAt, receivers, attempts, rejected, logged } = await rows.besideReports(async (other) => ({
    newestRowAt: await readNewestRow(other, catalogue),
    receivers: await readReceivers(other, catalogue),
    attempts: await readAttempts(other, catalogue, span.from - LONGEST_SERIES, span.horizon),
    rejected: await readRejected(other, catalogue, rows.submissions.senders, span.from, span.to),
    logged: await readLoggedReports(other, catalogue, span.from, span.to),
  }));

  onPhase("lineage");
  const failed = failedFiles(attempts, span);
  const { graph, kinds } = await readLineage(rows, span, [...failed, ...logged], lastRowAt(snapshot, newestRowAt));
  const zeroBased = zeroBasedReports(graph, rows.reports);
  const messageIds = await readMessageIds(snapshot, catalogue, rows, graph);

  onPhase("action log");
  const second = await snapshot.sibling();
  const work = { graph, kinds, receivers, attempts, failed };
  const reading = second && readBesideLog(second, catalogue, rows, work, span, beside);
  // Its error ends the log, which else would be read and written for nothing; where the log fails first, that is the one to tell.
  let failure: { error: unknown } | undefined;
  reading?.catch((error: unknown) => {
    failure = { error };
  });
  const log = new LogPass({
    rows,
    graph,
    zeroBased,
    messageIds,
    rejected: new Map(rejected.map((request) => [request.actionId, request])),
    receiverByName: receiversByName(receivers, rows.reports.receivers),
    window: span,
  });
  const { ids } = rows.reports;
  for await (const batch of logEntries(snapshot, catalogue, span.from - LOGGED_EARLIER, span.horizon, ids)) {
    if (failure) throw (failure as { error: unknown }).error;
    for (const entry of batch) {
      const error = log.take(entry);
      if (!error || entry.at < span.from || entry.at >= span.to) continue;
      const full = onLogged(error);
      if (full) await full;
    }
  }
  log.end();
  onPhase("tasks");
  const allLogged = onAllLogged?.();
  allLogged?.catch(() => undefined);
  const { tasks, late, earlier } = await (reading ?? readBesideLog(snapshot, catalogue, rows, work, span, beside));
  await snapshot.dismissSibling();
  await allLogged;

  const all = [...earlier, ...attempts, ...late];
  const facts = factsOf(rows, {
    graph,
    kinds,
    zeroBased,
    messageIds,
    tasks,
    attempts: byReport(all, rows),
    receivers,
    log: log.facts,
  });
  return { rows, facts, attempts: all, rejected, log, newestRowAt };
}

/** What is asked about of the lineage, whatever the log says. */
interface Work {
  graph: Graph;
  kinds: Uint8Array;
  receivers: ReceiverHistory;
  attempts: readonly Attempt[];
  /** Ids of the files that failed in the window. */
  failed: readonly string[];
}

/**
 * Reads what needs the lineage and not the log: through a second session while the log goes by, where there is one, since this process is at
 * work then and the server is not.
 */
async function readBesideLog(
  snapshot: Snapshot,
  catalogue: Catalogue,
  rows: LineageRows,
  { graph, kinds, receivers, attempts, failed }: Work,
  span: Span,
  beside: ReadOptions["beside"],
): Promise<{ tasks: Map<number, Task>; late: Attempt[]; earlier: Attempt[] }> {
  await beside?.(snapshot, rows);
  const unsettled = unsettledReports(rows, graph, kinds);
  const tasks = await readTasks(snapshot, catalogue, rows, unsettled);
  const late = await readLateAttempts(
    snapshot,
    catalogue,
    rows,
    { graph, kinds, unsettled, failed, tasks, receivers },
    span,
  );
  const earlier = await readEarlierAttempts(snapshot, catalogue, rows, failed, span.from - LONGEST_SERIES);
  await rows.readReadyFiles(namedFiles(rows, kinds, unsettled, attempts), snapshot);
  return { tasks, late, earlier };
}

/** What the rules are asked with, of rows that were read. */
export function factsOf(
  rows: LineageRows,
  {
    messageIds,
    ...read
  }: Pick<Facts, "graph" | "kinds" | "zeroBased" | "tasks" | "attempts" | "receivers" | "log"> & {
    messageIds: MessageIds;
  },
): Facts {
  const { graph, zeroBased } = read;
  return {
    ...read,
    reports: rows.reports,
    files: rows.files,
    trackingId(root, index) {
      const at = trackingAt(graph, rows.tracking, root, index);
      return at > 0 ? rows.tracking.text(at) : (messageIds.get(root)?.get(index - 1 + zeroBased[root]) ?? "");
    },
    trackingAt: (root, index) => trackingAt(graph, rows.tracking, root, index),
  };
}

/** Behind the last row that can be there: no report is written without an action. A copy of last night's database ends before its snapshot. */
export function lastRowAt({ at }: Snapshot, newestRowAt: Micros | undefined): Micros {
  return newestRowAt === undefined ? at : Math.min(at, newestRowAt + MINUTE);
}

/** The files that a failure of the window names. */
export function failedFiles(attempts: readonly Attempt[], span: { from: Micros; to: Micros }): string[] {
  const failed = attempts.filter(({ kind, at, reportId }) => {
    return (kind === "send_error" || kind === "email") && at >= span.from && at < span.to && reportId !== "";
  });
  return [...new Set(failed.map(({ reportId }) => reportId))];
}

/** Files whose names are printed though they were not sent: failures, and e-mails. */
export function namedFiles(
  { reports }: LineageRows,
  kinds: Uint8Array,
  unsettled: readonly number[],
  attempts: readonly Attempt[],
): string[] {
  const ids = new Set(
    unsettled.filter((report) => kinds[report] === KIND.deliverable).map((report) => reports.ids.text(report)),
  );
  for (const { reportId } of attempts) if (reportId !== "") ids.add(reportId);
  return [...ids].filter((id) => kinds[reports.ids.find(id)] === KIND.deliverable);
}

/** Receivers by `org.service`; names that two share are left out. */
export function receiversByName(receivers: ReceiverHistory, parties: Parties): Map<string, Party> {
  const byName = new Map<string, Party>();
  const shared = new Set<string>();
  for (const key of receivers.keys()) {
    const party = parties.get(parties.id(key));
    if (byName.has(party.name)) shared.add(party.name);
    byName.set(party.name, party);
  }
  for (const name of shared) byName.delete(name);
  return byName;
}
