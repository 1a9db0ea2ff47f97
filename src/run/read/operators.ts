import type { Check } from "../../connections/checks.ts";
import type { Count } from "../../connections/connections.ts";
import { readChecks, readWaiting } from "../../connections/read.ts";
import type { FailedFile } from "../../failures/by-receiver.ts";
import { readCopies, readEarlierFailures } from "../../failures/read-earlier.ts";
import { type Change, readChangeRow, TRAFFIC_AROUND } from "../../organizations/changes.ts";
import { resendCandidates } from "../../outcome/duplicates.ts";
import type { Facts } from "../../outcome/facts.ts";
import { KIND } from "../../outcome/kind.ts";
import type { Limits } from "../../outcome/limits.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { query, rows } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import { readMonths } from "../../status/read.ts";
import { findGaps, type Gap } from "../../status/status.ts";
import type { QueuedWork } from "../../summary/operators/stuck.ts";
import type { TableVersions } from "../../summary/operators/tables.ts";
import { DAY, type Micros } from "../../time/instant.ts";
import { kindsOf } from "./lineage.ts";
import { LineageRows } from "./lineage-rows.ts";

/** Checks of so many days tell since when a receiver is down, and how often before: as `lineage-report connections` does. */
const CHECKED_DAYS = 90;

/** What operators look at beside the window's own rows. */
export interface OperatorsData {
  /** Failures and checks up to here. */
  until: Micros;
  failuresFrom: Micros;
  /** Every final failure from there to `until`, those of the window included. */
  failures: FailedFile[];
  checksFrom: Micros;
  /** By party key. */
  checks: Map<string, Check[]>;
  /** By full name. */
  waiting: Map<string, Count>;
  queue: QueuedWork[];
  changesFrom: Micros;
  changes: Change[];
  tables: TableVersions[];
  gaps: Gap[];
  /** Files made ready before the window, and sent before it too. */
  sentBefore: ReadonlySet<number>;
}

export interface OperatorsSpan {
  from: Micros;
  to: Micros;
  /** When the window has settled. */
  horizon: Micros;
  asOf: Micros;
}

/**
 * Reads what operators look at every morning beside the window itself: by time where rows are few, by key where they are many.
 * A table that may not be read ends the run, as everywhere: a page without a section would read as all clear.
 */
export async function readOperators(
  snapshot: Snapshot,
  catalogue: Catalogue,
  facts: Facts,
  { from, to, horizon, asOf }: OperatorsSpan,
  limits: Limits,
): Promise<OperatorsData> {
  const until = Math.max(to, Math.min(asOf, horizon));
  const failuresFrom = from - limits.fileLife;
  const checksFrom = until - CHECKED_DAYS * DAY;
  const changesFrom = to - TRAFFIC_AROUND;
  const changed = await query(snapshot, catalogue.find("organizations-changes"), { from: changesFrom, to });
  return {
    until,
    failuresFrom,
    failures: await readEarlierFailures(
      snapshot,
      catalogue,
      { from: failuresFrom, to: until },
      facts.receivers,
      limits,
    ),
    checksFrom,
    checks: await readChecks(snapshot, catalogue, checksFrom, until),
    waiting: await readWaiting(snapshot, catalogue),
    queue: await readQueue(snapshot, catalogue),
    changesFrom,
    changes: changed.rows.map(readChangeRow),
    tables: await readTables(snapshot, catalogue),
    gaps: findGaps(await readMonths(snapshot, catalogue, asOf)),
    sentBefore: await readSentBefore(snapshot, catalogue, facts, { from, to }),
  };
}

async function readQueue(snapshot: Snapshot, catalogue: Catalogue): Promise<QueuedWork[]> {
  const queue: QueuedWork[] = [];
  for await (const batch of rows(snapshot, catalogue.find("stuck-tasks"), {})) {
    for (const [step, receiver, dueAt, tasks, items] of batch) {
      queue.push({
        step: String(step),
        receiver: String(receiver),
        dueAt: typeof dueAt === "number" ? dueAt : Number.NaN,
        tasks: Number(tasks),
        items: Number(items),
      });
    }
  }
  return queue;
}

async function readTables(snapshot: Snapshot, catalogue: Catalogue): Promise<TableVersions[]> {
  const { rows: found } = await query(snapshot, catalogue.find("tables-newest"), {});
  return found.map(([table, active, newest, createdAt, createdBy]) => ({
    table: String(table),
    activeVersion: active === null ? null : Number(active),
    newestVersion: Number(newest),
    newestCreatedAt: createdAt as number,
    newestCreatedBy: String(createdBy),
  }));
}

/** Of files made ready before the window and sent in it, those of which a copy was sent before: by key, since they are few. */
async function readSentBefore(
  snapshot: Snapshot,
  catalogue: Catalogue,
  facts: Facts,
  window: { from: Micros; to: Micros },
): Promise<ReadonlySet<number>> {
  const before = new Set<number>();
  const candidates = resendCandidates(facts, window);
  if (candidates.length === 0) return before;
  // Rows of their own: the numbers of the window's reports are given out already.
  const own = new LineageRows(snapshot, catalogue);
  const ids = candidates.map((report) => facts.reports.ids.text(report));
  await readCopies(snapshot, catalogue, own, ids);
  own.reports.reserve();
  const kinds = kindsOf(own);
  for (let link = 0; link < own.links.parent.length; link++) {
    const child = own.links.child[link];
    if (kinds[child] !== KIND.sent || own.reports.createdAt[child] >= window.from) continue;
    before.add(facts.reports.ids.find(own.reports.ids.text(own.links.parent[link])));
  }
  return before;
}
