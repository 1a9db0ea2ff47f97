import { FLAG, type ReportTable } from "../lineage/report-table.ts";
import { STEP_NONE } from "../lineage/steps.ts";
import type { ReportWalk } from "../lineage/walk.ts";

/** ReportStream's own word for a submission, as its history API shows it. */
export type Status =
  | "Error"
  | "Received"
  | "Not Delivering"
  | "Waiting to Deliver"
  | "Partially Delivered"
  | "Delivered";

interface Destination {
  /** Items of the destination's rows that have the same next action as its last row. */
  itemCount: number;
  sent: number;
  downloaded: number;
}

/**
 * The word that ReportStream shows beside our outcome, its known defects included: a merged batch
 * counts whole, downloads count as sent, a failure for good stays "Waiting to Deliver", and
 * "Partially Delivered" means that one receiver's filters took everything.
 *
 * Where ReportStream sorts rows of equal time in an arbitrary order, ours is (created_at, action_id,
 * report_id). Source: history/SubmissionHistory.kt, calculateStatus and init.
 */
export class StatusRules {
  readonly #reports: ReportTable;
  readonly #descendants: ReportWalk;

  /** `descendants` walks down the distinct report-to-report links. */
  constructor(reports: ReportTable, descendants: ReportWalk) {
    this.#reports = reports;
    this.#descendants = descendants;
  }

  /** The word for a submission with a root report; "" where the row has no HTTP status. */
  status(root: number, httpStatus: number | null): Status | "" {
    if (httpStatus === null) return "";
    if (httpStatus !== 200 && httpStatus !== 201) return "Error";
    return this.#statusOf(this.#history(root));
  }

  /** The rows that the API looks at: all descendants, and the root itself only if it has any. */
  #history(root: number): number[] {
    const history: number[] = [];
    this.#descendants.from(root, (report) => {
      if (report !== root) history.push(report);
    });
    if (history.length > 0) history.push(root);
    return history;
  }

  #statusOf(history: readonly number[]): Status {
    const { receiver, nextAction, nextActionAt } = this.#reports;
    const byReceiver = new Map<number, number[]>();
    let last = 0;
    let rows: number[] = [];
    for (const report of history) {
      const to = receiver[report];
      if (to === 0) continue;
      // One after the other they mostly have the same receiver.
      if (to !== last) {
        rows = byReceiver.get(to) ?? [];
        byReceiver.set(to, rows);
        last = to;
      }
      rows.push(report);
    }
    if (byReceiver.size === 0) {
      return history.length > 1 && nextAction[this.#last(history)] === STEP_NONE ? "Not Delivering" : "Received";
    }
    const real = [...byReceiver.values()]
      .map((rows) => this.#destination(rows))
      .filter(({ itemCount }) => itemCount !== 0);
    if (real.length === 0) {
      return history.some((report) => !Number.isNaN(nextActionAt[report])) ? "Received" : "Not Delivering";
    }
    const finished = real.filter(({ itemCount, sent, downloaded }) => sent >= itemCount || downloaded >= itemCount);
    if (finished.length >= byReceiver.size) return "Delivered";
    return finished.length >= real.length ? "Partially Delivered" : "Waiting to Deliver";
  }

  #destination(rows: readonly number[]): Destination {
    const { itemCount, nextAction, flags } = this.#reports;
    const step = nextAction[this.#last(rows)];
    const destination: Destination = { itemCount: 0, sent: 0, downloaded: 0 };
    for (const report of rows) {
      if (nextAction[report] === step) destination.itemCount += itemCount[report];
      if (flags[report] & FLAG.transported) destination.sent += itemCount[report];
      if (flags[report] & FLAG.downloaded) destination.downloaded += itemCount[report];
    }
    return destination;
  }

  #last(rows: readonly number[]): number {
    let last = rows[0];
    for (const report of rows) if (this.#reports.compare(report, last) > 0) last = report;
    return last;
  }
}
