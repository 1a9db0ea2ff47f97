import type { Parties } from "../../lineage/parties.ts";
import type { Attempt } from "../../outcome/attempt.ts";
import type { ReceiverHistory } from "../../outcome/receiver.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { query } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { Micros } from "../../time/instant.ts";
import { readEarlierAttempts, readLateAttempts } from "./attempts-by-key.ts";
import { finish, kindsOf, type Span } from "./lineage.ts";
import { LineageRows } from "./lineage-rows.ts";
import { readNewestRow } from "./newest-row.ts";
import { type RejectedRequest, readRejected } from "./rejected.ts";
import { readAttempts, readReceivers } from "./state.ts";
import { failedFiles, LOGGED_EARLIER, LONGEST_SERIES, lastRowAt } from "./window.ts";

/** An action with entries that lost their report, and what it wrote. */
export interface LostEntries {
  actionId: number;
  firstAt: Micros;
  lastAt: Micros;
  reportIds: string[];
}

/** What is few in any window and read once for all of its slices. */
export interface WholeWindow {
  span: Span;
  /** Behind the last row that the snapshot can hold. */
  end: Micros;
  newestRowAt: Micros | undefined;
  receivers: ReceiverHistory;
  /** Of the span, and of the files that failed in the window before and after it; oldest first. */
  attempts: Attempt[];
  /** Ids of the files that a failure of the window names. */
  failed: ReadonlySet<string>;
  rejected: RejectedRequest[];
  lost: LostEntries[];
  /** One number for each party in all slices, since sums go on from one to the next. */
  parties: { senders: Parties; receivers: Parties };
}

/** Reads what the slices of a window share. @throws what `readWindow` throws */
export async function readWholeWindow(snapshot: Snapshot, catalogue: Catalogue, span: Span): Promise<WholeWindow> {
  const newestRowAt = await readNewestRow(snapshot, catalogue);
  const receivers = await readReceivers(snapshot, catalogue);
  const before = span.from - LONGEST_SERIES;
  const attempts = await readAttempts(snapshot, catalogue, before, span.horizon);
  const failed = failedFiles(attempts, span);
  const rows = new LineageRows(snapshot, catalogue);
  for (const id of failed) rows.reports.ids.addText(id);
  await rows.readReports({ ids: failed });
  const files = { graph: finish(rows), kinds: kindsOf(rows), unsettled: [], failed, tasks: new Map(), receivers };
  const late = failed.length === 0 ? [] : await readLateAttempts(snapshot, catalogue, rows, files, span);
  const earlier = await readEarlierAttempts(snapshot, catalogue, rows, failed, before);
  const { submissions, reports } = new LineageRows(snapshot, catalogue);
  const parties = { senders: submissions.senders, receivers: reports.receivers };
  return {
    ...{ span, end: lastRowAt(snapshot, newestRowAt), newestRowAt, receivers, parties },
    attempts: [...earlier, ...attempts, ...late],
    failed: new Set(failed),
    rejected: await readRejected(snapshot, catalogue, parties.senders, span.from, span.to),
    lost: await readLost(snapshot, catalogue, { from: span.from - LOGGED_EARLIER, to: span.horizon }),
  };
}

async function readLost(
  snapshot: Snapshot,
  catalogue: Catalogue,
  time: { from: Micros; to: Micros },
): Promise<LostEntries[]> {
  const { rows } = await query(snapshot, catalogue.find("lost-entries"), time);
  const lost = new Map<number, LostEntries>();
  for (const [action, firstAt, lastAt, reportId] of rows) {
    const actionId = Number(action);
    const known = lost.get(actionId);
    if (known) known.reportIds.push(String(reportId));
    else
      lost.set(actionId, {
        actionId,
        firstAt: firstAt as number,
        lastAt: lastAt as number,
        reportIds: [String(reportId)],
      });
  }
  return [...lost.values()];
}
