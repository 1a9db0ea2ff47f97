import { FLAG } from "../lineage/report-table.ts";
import { STEP_NONE, STEP_SEND, stepNumber } from "../lineage/steps.ts";

/**
 * What a report row is, by the rows alone. Small numbers, so that a run keeps a byte a report.
 *
 * ReportStream never updates a report row: `next_action` is the step planned when it was written,
 * and says nothing about what happened since. Source: azure/ActionHistory.kt, azure/DatabaseAccess.kt.
 */
export const KIND = {
  /** Known from an edge only; the row is missing or outside of what was read. */
  unknown: 0,
  /** Planned for a step inside the pipeline, or for a batch. */
  step: 1,
  /** A file made ready to be sent (`next_action` is send, for ever). */
  deliverable: 2,
  /** A file that was handed to a receiver's server. */
  sent: 3,
  /** A copy that somebody fetched. */
  downloaded: 4,
  /** All of it was taken by a receiver's filters. */
  filtered: 5,
  /** No receiver wanted the item. */
  unrouted: 6,
  /** Not readable, not valid or not convertible. */
  rejected: 7,
  /** Made for a receiver and not to be sent: the submission asked to skip sending. */
  unsent: 8,
  /** Nothing more is planned for it: a legacy submission's own row. */
  final: 9,
} as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

/** The columns that decide. Steps are numbers of STEPS; `receiver` and `writtenBy` 0 for none or unknown. */
export interface KindRow {
  flags: number;
  nextAction: number;
  writtenBy: number;
  receiver: number;
  itemCount: number;
}

const SEND_STEPS: ReadonlySet<number> = new Set([stepNumber("send"), stepNumber("send_error")]);
const DOWNLOAD = stepNumber("download");
const CONVERT = stepNumber("convert");

/**
 * Sorts a report row into its kind.
 *
 * - Sent: a new row under a `send` action (or under the `send_error` of an exception that came after
 *   the upload) with nothing planned and a transport result. A download has a transport result too.
 * - A universal pipeline item that ends has a child with `next_action` none and no items; which step
 *   wrote it tells why. A legacy report that filters emptied has `next_action` null.
 */
export function kindOf(row: KindRow): Kind {
  if ((row.flags & FLAG.loaded) === 0) return KIND.unknown;
  if (row.writtenBy === DOWNLOAD || (row.flags & FLAG.downloaded) !== 0) return KIND.downloaded;
  if (row.nextAction === 0) {
    if (row.receiver === 0) return KIND.final;
    const sentByStep = row.writtenBy === 0 || SEND_STEPS.has(row.writtenBy);
    if ((row.flags & FLAG.transported) !== 0 && sentByStep) return KIND.sent;
    return row.itemCount === 0 ? KIND.filtered : KIND.unsent;
  }
  if (row.nextAction === STEP_SEND) return KIND.deliverable;
  if (row.nextAction !== STEP_NONE) return KIND.step;
  if ((row.flags & FLAG.submitted) !== 0) return KIND.final;
  if (row.receiver !== 0) return row.itemCount === 0 ? KIND.filtered : KIND.unsent;
  if (row.itemCount > 0) return KIND.final;
  return row.writtenBy === CONVERT ? KIND.rejected : KIND.unrouted;
}
