import type { Check } from "../../connections/checks.ts";
import type { Count } from "../../connections/connections.ts";
import { readChecks, readWaiting } from "../../connections/read.ts";
import type { FailedFile } from "../../failures/by-receiver.ts";
import { readEarlierFailures } from "../../failures/read-earlier.ts";
import { type Change, readChangeRow, TRAFFIC_AROUND } from "../../organizations/changes.ts";
import type { Limits } from "../../outcome/limits.ts";
import type { ReceiverHistory } from "../../outcome/receiver.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { query, rows } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import { readMonths } from "../../status/read.ts";
import { findGaps, type Gap } from "../../status/status.ts";
import type { QueuedWork } from "../../summary/operators/stuck.ts";
import type { TableVersions } from "../../summary/operators/tables.ts";
import { DAY, type Micros } from "../../time/instant.ts";

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
  receivers: ReceiverHistory,
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
    failures: await readEarlierFailures(snapshot, catalogue, { from: failuresFrom, to: until }, receivers, limits),
    checksFrom,
    checks: await readChecks(snapshot, catalogue, checksFrom, until),
    waiting: await readWaiting(snapshot, catalogue),
    queue: await readQueue(snapshot, catalogue),
    changesFrom,
    changes: changed.rows.map(readChangeRow),
    tables: await readTables(snapshot, catalogue),
    gaps: findGaps(await readMonths(snapshot, catalogue, asOf)),
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
