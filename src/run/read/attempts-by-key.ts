import type { Attempt } from "../../outcome/attempt.ts";
import { KIND } from "../../outcome/kind.ts";
import { type ReceiverHistory, receiverAt } from "../../outcome/receiver.ts";
import type { Task } from "../../outcome/task.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import { MINUTE, type Micros } from "../../time/instant.ts";
import type { Span } from "./lineage.ts";
import type { LineageRows } from "./lineage-rows.ts";
import { readAttempts } from "./state.ts";

/** The files whose later attempts matter, and what tells which they are. */
export interface UnsettledFiles {
  kinds: Uint8Array;
  /** Reports that no row shows as sent or worked on. */
  unsettled: readonly number[];
  /** Ids of the files that failed in the window. */
  failed: readonly string[];
  tasks: ReadonlyMap<number, Task>;
  receivers: ReceiverHistory;
}

/** Attempts after the horizon, of the receivers whose files failed or wait, and all requests to send again. */
export async function readLateAttempts(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { reports }: LineageRows,
  { kinds, unsettled, failed, tasks, receivers }: UnsettledFiles,
  span: Span,
): Promise<Attempt[]> {
  if (span.horizon >= snapshot.at) return [];
  const organizations = new Set<string>();
  for (const file of loaded(reports, failed)) {
    organizations.add(reports.receivers.get(reports.receiver[file]).organization);
  }
  for (const report of unsettled) {
    if (kinds[report] !== KIND.deliverable) continue;
    const { key, organization } = reports.receivers.get(reports.receiver[report]);
    // A task that is done has nothing to come, unless the file was e-mailed: only an action shows that.
    const isDone = tasks.get(report)?.step === "none";
    const mails = receiverAt(receivers, key, reports.createdAt[report])?.transport === "EMAIL";
    if (!isDone || mails) organizations.add(organization);
  }
  organizations.delete("");
  return readAttempts(snapshot, catalogue, span.horizon, afterSnapshot(snapshot.at), [...organizations]);
}

/** Attempts before an instant, of the receivers whose files failed after it and are older than it: resent ones. */
export async function readEarlierAttempts(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { reports }: LineageRows,
  failed: readonly string[],
  before: Micros,
): Promise<Attempt[]> {
  const organizations = new Set<string>();
  let from = before;
  for (const file of loaded(reports, failed)) {
    if (reports.createdAt[file] >= before) continue;
    from = Math.min(from, reports.createdAt[file]);
    organizations.add(reports.receivers.get(reports.receiver[file]).organization);
  }
  organizations.delete("");
  return organizations.size === 0 ? [] : readAttempts(snapshot, catalogue, from, before, [...organizations]);
}

function loaded(reports: LineageRows["reports"], ids: readonly string[]): number[] {
  return ids.map((id) => reports.ids.find(id)).filter((report) => report >= 0 && reports.isLoaded(report));
}

/** Rows of the snapshot's own instant are in it. */
export function afterSnapshot(at: Micros): Micros {
  return at + MINUTE;
}
