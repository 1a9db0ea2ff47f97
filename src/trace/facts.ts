import { FLAG } from "../lineage/report-table.ts";
import type { UuidTable } from "../lineage/uuid-table.ts";
import { type Attempt, compareAttempts, readAttempt } from "../outcome/attempt.ts";
import type { Facts } from "../outcome/facts.ts";
import { KIND } from "../outcome/kind.ts";
import { receiverAt } from "../outcome/receiver.ts";
import { type LogEntry, type LoggedError, LogPass } from "../run/log-pass.ts";
import { logEntryReader } from "../run/read/log-entries.ts";
import { readMessageIds } from "../run/read/message-ids.ts";
import type { RejectedRequest } from "../run/read/rejected.ts";
import { byReport, readReceivers, readTasks, unsettledReports } from "../run/read/state.ts";
import { factsOf, receiversByName } from "../run/read/window.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query, rows as readBatches, rowsByKeys } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { DAY } from "../time/instant.ts";
import type { LineageReader } from "./reader.ts";

/** Everything that stories are told from; nothing more comes from the database. */
export interface TraceFacts {
  facts: Facts;
  /** The action log's entries, tied and masked. */
  logged: LoggedError[];
}

/** A file can be sent again as long as it is kept, and a series of attempts took up to two days. */
const ATTEMPTS_UNTIL = 62 * DAY;

/** Reads what the engine's rules need beside the lineage, for what the reader has read. Ends its reading. */
export async function readFacts(
  snapshot: Snapshot,
  catalogue: Catalogue,
  reader: LineageReader,
  rejected: readonly RejectedRequest[],
): Promise<TraceFacts> {
  const { rows } = reader;
  const { graph, kinds, zeroBased } = await reader.finish();
  const { reports } = rows;
  const all = [...kinds.keys()];
  const idsOf = (numbers: readonly number[]): string[] => numbers.map((report) => reader.idOf(report));
  const submitted = idsOf(all.filter((report) => reports.isLoaded(report) && reports.flags[report] & FLAG.submitted));
  if (submitted.length > 0) await rows.readSubmissions({ ids: submitted });
  const receivers = await readReceivers(snapshot, catalogue);
  const files = all.filter((report) => kinds[report] === KIND.deliverable);
  if (files.length > 0) await rows.readReadyFiles(idsOf(files));

  const unsettled = unsettledReports(rows, graph, kinds);
  const tasks = await readTasks(snapshot, catalogue, rows, unsettled);
  const mailed = unsettled.filter((report) => {
    if (kinds[report] !== KIND.deliverable) return false;
    const party = reports.receivers.get(reports.receiver[report]);
    return receiverAt(receivers, party.key, reports.createdAt[report])?.transport === "EMAIL";
  });
  const steps = unsettled.filter((report) => kinds[report] === KIND.step);
  const attempts = await readTraceAttempts(snapshot, catalogue, rows, [...files, ...steps], mailed);
  const messageIds = await readMessageIds(snapshot, catalogue, rows, graph);
  const log = new LogPass({
    rows,
    graph,
    zeroBased,
    rejected: new Map(rejected.map((request) => [request.actionId, request])),
    messageIds,
    receiverByName: receiversByName(receivers, rows.reports.receivers),
    window: { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
  });
  const entries = await readEntries(
    snapshot,
    catalogue,
    idsOf(all),
    rejected.map(({ actionId }) => actionId),
    reports.ids,
  );
  const logged = entries.flatMap((entry) => log.take(entry) ?? []);
  const facts = factsOf(rows, {
    ...{ graph, kinds, zeroBased, messageIds, tasks, receivers, log: log.facts },
    attempts: byReport(attempts, rows),
  });
  return { facts, logged };
}

/** Attempts about files and steps, of the time in which there can be any. */
async function readTraceAttempts(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { reports }: LineageReader["rows"],
  about: readonly number[],
  mailed: readonly number[],
): Promise<Attempt[]> {
  if (about.length === 0) return [];
  const organizationsOf = (numbers: readonly number[]): string[] => [
    ...new Set(numbers.map((report) => reports.receivers.get(reports.receiver[report]).organization).filter(Boolean)),
  ];
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const report of about) {
    from = Math.min(from, reports.createdAt[report]);
    to = Math.max(to, reports.createdAt[report] + ATTEMPTS_UNTIL);
  }
  const attempts: Attempt[] = [];
  const asked = {
    from,
    to,
    organizations: organizationsOf(about),
    mailed: mailed.length > 0 ? organizationsOf(mailed) : null,
  };
  for await (const batch of readBatches(snapshot, catalogue.find("trace-attempts"), asked)) {
    for (const [actionId, actionName, createdAt, httpStatus, username, receiver, params, result] of batch) {
      const attempt = readAttempt({
        actionId: Number(actionId),
        actionName: String(actionName),
        createdAt: createdAt as number,
        httpStatus: httpStatus as number | null,
        username: username as string | null,
        receiver: receiver as string | null,
        params: params as string | null,
        result: result as string | null,
      });
      if (attempt) attempts.push(attempt);
    }
  }
  return attempts.sort(compareAttempts);
}

async function readEntries(
  snapshot: Snapshot,
  catalogue: Catalogue,
  ids: readonly string[],
  actions: readonly number[],
  known: UuidTable,
): Promise<LogEntry[]> {
  const asked = catalogue.find("trace-log");
  const entryOf = logEntryReader(known);
  const found: { id: number; entry: LogEntry }[] = [];
  for await (const batch of rowsByKeys(snapshot, asked, "ids", ids)) found.push(...batch.map(entryOf));
  if (actions.length > 0) {
    const { rows } = await query(snapshot, asked, { actions });
    found.push(...rows.map(entryOf));
  }
  return found.sort((left, right) => left.entry.at - right.entry.at || left.id - right.id).map(({ entry }) => entry);
}
