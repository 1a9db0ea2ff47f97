import type { Catalogue } from "../../source/catalogue.ts";
import { query, rows } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { Micros } from "../../time/instant.ts";
import type { LogEntry } from "../log-pass.ts";

/** Messages can have a megabyte each, and a batch is in memory at once. */
const BATCH = 100;

/** Streams the action log of [from, to) in batches, in flat memory, by (logged_at, action_log_id). */
export async function* logEntries(
  snapshot: Snapshot,
  catalogue: Catalogue,
  from: Micros,
  to: Micros,
): AsyncGenerator<LogEntry[], void, undefined> {
  for await (const batch of rows(snapshot, catalogue.find("log-entries"), { from, to }, { batchSize: BATCH })) {
    yield batch.map(([, actionId, reportId, index, trackingId, type, scope, detail, at, action]) => ({
      actionId: Number(actionId),
      reportId: reportId as string | null,
      index: index as number | null,
      trackingId: trackingId as string | null,
      type: (type as string | null) ?? "",
      scope: (scope as string | null) ?? "",
      detail: detail as string | null,
      at: at as number,
      action: (action as string | null) ?? "",
    }));
  }
}

/** The ids of the reports that the action log of [from, to) speaks of. */
export async function readLoggedReports(
  snapshot: Snapshot,
  catalogue: Catalogue,
  from: Micros,
  to: Micros,
): Promise<string[]> {
  const { rows: reports } = await query(snapshot, catalogue.find("logged-reports"), { from, to });
  return reports.map(([id]) => String(id));
}
