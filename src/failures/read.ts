import { OriginFinder } from "../lineage/origins.ts";
import { partyOf } from "../lineage/parties.ts";
import { ReportWalk } from "../lineage/walk.ts";
import type { Attempt } from "../outcome/attempt.ts";
import { failuresBetween } from "../outcome/failures.ts";
import type { Limits } from "../outcome/limits.ts";
import { afterSnapshot, readEarlierAttempts } from "../run/read/attempts-by-key.ts";
import { finish, readAncestors } from "../run/read/lineage.ts";
import { LineageRows } from "../run/read/lineage-rows.ts";
import { readAttempts } from "../run/read/state.ts";
import { LONGEST_SERIES } from "../run/read/window.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Micros } from "../time/instant.ts";
import type { FailedFile } from "./by-receiver.ts";
import { failureFacts, named } from "./facts.ts";

/** Failures of a window, and when each of their receivers was last sent a file, by party key. */
export interface WindowFailures {
  files: FailedFile[];
  lastSent: ReadonlyMap<string, Micros>;
}

/** The span of failures, and until when all attempts are read by time; after that only those of the failed files' organizations. */
export interface FailureSpan {
  from: Micros;
  to: Micros;
  horizon: Micros;
}

/**
 * Reads the last-mile failures of a window and what became of them until now: attempts by time, then
 * the failed files with their ancestors and children by key. The window's lineage, a thousand times
 * as much, is left alone.
 */
export async function readFailures(
  snapshot: Snapshot,
  catalogue: Catalogue,
  span: FailureSpan,
  limits: Limits,
): Promise<WindowFailures> {
  const rows = new LineageRows(snapshot, catalogue);
  const end = afterSnapshot(snapshot.at);
  const horizon = Math.min(span.horizon, end);
  const attempts = await readAttempts(snapshot, catalogue, span.from - LONGEST_SERIES, horizon);
  const failed = attempts.filter(({ kind, at }) => kind === "send_error" && at >= span.from && at < span.to);
  const ids = [...new Set(failed.map(({ reportId }) => reportId).filter((id) => id !== ""))];
  for (const id of ids) rows.reports.ids.addText(id);
  if (ids.length > 0) {
    await rows.readEdges({ parents: ids, from: span.from - LONGEST_SERIES });
    await rows.readLinks({ parents: ids, from: span.from - LONGEST_SERIES });
    await readAncestors(rows);
    await rows.readReadyFiles(ids);
  }
  const graph = finish(rows);
  attempts.push(...(await readEarlierAttempts(snapshot, catalogue, rows, ids, span.from - LONGEST_SERIES)));
  if (horizon < end) attempts.push(...(await lateAttempts(snapshot, catalogue, rows, failed, horizon, end)));

  const facts = failureFacts(rows, graph, attempts);
  const finder = new OriginFinder(rows.reports, rows.submissions, new ReportWalk(graph, "up"));
  const files = failuresBetween(facts, finder, attempts, span, limits).map((failure) => named(failure, rows));
  return { files, lastSent: await readLastSent(snapshot, catalogue, files, end) };
}

async function lateAttempts(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { reports }: LineageRows,
  failed: readonly Attempt[],
  from: Micros,
  to: Micros,
): Promise<Attempt[]> {
  const organizations = new Set<string>();
  for (const { receiver, reportId } of failed) {
    const report = reportId === "" ? -1 : reports.ids.find(reportId);
    if (report >= 0 && reports.isLoaded(report)) {
      organizations.add(reports.receivers.get(reports.receiver[report]).organization);
    }
    organizations.add(partyOf(receiver).organization);
  }
  organizations.delete("");
  return organizations.size === 0 ? [] : readAttempts(snapshot, catalogue, from, to, [...organizations]);
}

async function readLastSent(
  snapshot: Snapshot,
  catalogue: Catalogue,
  files: readonly FailedFile[],
  to: Micros,
): Promise<Map<string, Micros>> {
  const receivers = [...new Set(files.map(({ receiver }) => receiver.key).filter((key) => key !== ""))];
  if (receivers.length === 0) return new Map();
  const { rows } = await query(snapshot, catalogue.find("last-sent"), { receivers, to });
  return new Map(rows.map(([receiver, at]) => [String(receiver), at as number]));
}
