import type { Graph } from "../../lineage/graph.ts";
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
  graph: Graph;
  kinds: Uint8Array;
  /** Reports that no row shows as sent or worked on. */
  unsettled: readonly number[];
  /** Ids of the files that failed in the window. */
  failed: readonly string[];
  tasks: ReadonlyMap<number, Task>;
  receivers: ReceiverHistory;
}

/**
 * Attempts after the horizon about the files that failed, that wait, or that were sent or fetched after it. They are asked by receiver, since
 * an action's row does not tell its file; what comes along of other files is left out, so that nothing depends on who else waits.
 */
export async function readLateAttempts(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { reports }: LineageRows,
  { graph, kinds, unsettled, failed, tasks, receivers }: UnsettledFiles,
  span: Span,
): Promise<Attempt[]> {
  if (span.horizon >= snapshot.at) return [];
  const organizations = new Set<string>();
  const files = new Set<string>(failed);
  const ask = (file: number): void => {
    files.add(reports.ids.text(file));
    organizations.add(reports.receivers.get(reports.receiver[file]).organization);
  };
  for (const file of [...loaded(reports, failed), ...handedOutSince(reports, graph, kinds, span.horizon)]) ask(file);
  for (const report of unsettled) {
    if (kinds[report] !== KIND.deliverable) continue;
    const { key } = reports.receivers.get(reports.receiver[report]);
    // A task that is done has nothing to come, unless the file was e-mailed: only an action shows that.
    const isDone = tasks.get(report)?.step === "none";
    const mails = receiverAt(receivers, key, reports.createdAt[report])?.transport === "EMAIL";
    if (!isDone || mails) ask(report);
  }
  organizations.delete("");
  const late = await readAttempts(snapshot, catalogue, span.horizon, afterSnapshot(snapshot.at), [...organizations]);
  return late.filter(({ reportId }) => files.has(reportId));
}

/** Files made ready of which a copy was written at or after an instant. */
function handedOutSince(
  reports: LineageRows["reports"],
  { children, firstChild }: Graph,
  kinds: Uint8Array,
  since: Micros,
): number[] {
  const files: number[] = [];
  for (let report = 0; report < kinds.length; report++) {
    if (kinds[report] !== KIND.deliverable) continue;
    const copies = children.subarray(firstChild[report], firstChild[report + 1]);
    if (copies.some((copy) => reports.createdAt[copy] >= since)) files.push(report);
  }
  return files;
}

/** Attempts before an instant, about the files that failed after it and are older than it: resent ones. */
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
  if (organizations.size === 0) return [];
  const files = new Set(failed);
  const earlier = await readAttempts(snapshot, catalogue, from, before, [...organizations]);
  return earlier.filter(({ reportId }) => files.has(reportId));
}

function loaded(reports: LineageRows["reports"], ids: readonly string[]): number[] {
  return ids.map((id) => reports.ids.find(id)).filter((report) => report >= 0 && reports.isLoaded(report));
}

/** Rows of the snapshot's own instant are in it. */
export function afterSnapshot(at: Micros): Micros {
  return at + MINUTE;
}
