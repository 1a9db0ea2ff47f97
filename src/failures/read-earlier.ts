import { OriginFinder } from "../lineage/origins.ts";
import { ReportWalk } from "../lineage/walk.ts";
import type { Attempt } from "../outcome/attempt.ts";
import { failuresBetween } from "../outcome/failures.ts";
import type { Limits } from "../outcome/limits.ts";
import { type ReceiverHistory, receiverAt } from "../outcome/receiver.ts";
import { afterSnapshot } from "../run/read/attempts-by-key.ts";
import { finish } from "../run/read/lineage.ts";
import { LineageRows } from "../run/read/lineage-rows.ts";
import { readAttempts, readFinalAttempts } from "../run/read/state.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { rowsByKeys } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Micros } from "../time/instant.ts";
import type { FailedFile } from "./by-receiver.ts";
import { failureFacts, named } from "./facts.ts";

/** A file is sent and fetched a few times; beyond this, more children tell nothing new. */
const MOST_CHILDREN = 1000;

/**
 * The last-mile failures of a long time, and what became of them until now, for a look that has to stay
 * cheap: final failures by their action's name, then the failed files and what was made of them by key.
 * Left out is what takes a lineage or all attempts: `senders` and `submissionIds` are empty, and
 * `attempts` and `firstFailedAt` count final failures only.
 */
export async function readEarlierFailures(
  snapshot: Snapshot,
  catalogue: Catalogue,
  span: { from: Micros; to: Micros },
  receivers: ReceiverHistory,
  limits: Limits,
): Promise<FailedFile[]> {
  const end = afterSnapshot(snapshot.at);
  const attempts = await readFinalAttempts(snapshot, catalogue, span.from, end);
  const failed = attempts.filter(({ kind, at }) => kind === "send_error" && at >= span.from && at < span.to);
  if (failed.length === 0) return [];
  const ids = [...new Set(failed.map(({ reportId }) => reportId).filter((id) => id !== ""))];
  const rows = new LineageRows(snapshot, catalogue);
  for (const id of ids) rows.reports.ids.addText(id);
  await rows.readReports({ ids });
  await rows.readReadyFiles(ids);
  await readCopies(snapshot, catalogue, rows, ids);
  attempts.push(...(await readMailings(snapshot, catalogue, rows, ids, receivers, { from: span.from, to: end })));
  const graph = finish(rows);
  const facts = failureFacts(rows, graph, attempts);
  const noOrigins = new OriginFinder(rows.reports, rows.submissions, new ReportWalk(graph, "up"));
  return failuresBetween(facts, noOrigins, attempts, span, limits).map((failure) => named(failure, rows));
}

/** Reads what was made of files: sent and fetched copies. */
export async function readCopies(
  snapshot: Snapshot,
  catalogue: Catalogue,
  rows: LineageRows,
  files: readonly string[],
): Promise<void> {
  const { reports, links } = rows;
  const copies = new Set<string>();
  const query = catalogue.find("trace-links");
  for await (const batch of rowsByKeys(snapshot, query, "parents", files, { most: MOST_CHILDREN })) {
    for (const [parent, child] of batch) {
      links.parent.push(reports.ids.addText(String(parent)));
      links.child.push(reports.ids.addText(String(child)));
      copies.add(String(child));
    }
  }
  if (copies.size === 0) return;
  await rows.readReports({ ids: [...copies] });
}

/** An e-mailed file leaves no report: of receivers that get e-mails all attempts are read. */
async function readMailings(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { reports }: LineageRows,
  ids: readonly string[],
  receivers: ReceiverHistory,
  { from, to }: { from: Micros; to: Micros },
): Promise<Attempt[]> {
  const organizations = new Set<string>();
  for (const id of ids) {
    const file = reports.ids.find(id);
    if (!reports.isLoaded(file)) continue;
    const { key, organization } = reports.receivers.get(reports.receiver[file]);
    if (receiverAt(receivers, key, reports.createdAt[file])?.transport === "EMAIL") organizations.add(organization);
  }
  organizations.delete("");
  if (organizations.size === 0) return [];
  const all = await readAttempts(snapshot, catalogue, from, to, [...organizations]);
  return all.filter(({ kind }) => kind === "email");
}
