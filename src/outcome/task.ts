import type { Step } from "../lineage/steps.ts";
import type { Micros } from "../time/instant.ts";

/**
 * The queue's mirror of a report: the only rows that ReportStream updates. May be missing, and has
 * none for what was filtered, unrouted, rejected, sent or downloaded. Instants NaN for null.
 */
export interface Task {
  step: Step;
  dueAt: Micros;
  /** From the retry token; -1 without a token. 0 marks an operator's resend. */
  retryCount: number;
  createdAt: Micros;
  /** A resend overwrites it with its own time. */
  batchedAt: Micros;
  /** Set by every attempt, a failed one too: no proof of sending. */
  sentAt: Micros;
}
