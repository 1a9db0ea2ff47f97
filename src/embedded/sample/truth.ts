import type { Micros } from "../../time/instant.ts";

/** The nine words for what became of an item. Written out here on purpose: the truth shares nothing with the product. */
export type TruthOutcome =
  | "delivered"
  | "downloaded"
  | "waiting"
  | "retrying"
  | "stuck"
  | "failed"
  | "filtered"
  | "unrouted"
  | "rejected";

/** A submission as received, or a request that was refused (no report, no items). */
export type TruthSubmission = {
  actionId: number;
  reportId: string | null;
  /** `org.client`; null where the request named nobody that is known. */
  sender: string | null;
  /** Null for a refused request. */
  topic: string | null;
  submittedAt: Micros;
  /** Of the root report's own item_count and of the highest item that the lineage shows, the larger. */
  items: number;
  httpStatus: number | null;
  fileName: string | null;
  format: string | null;
  /** Rows of action_log about the submission, by type; filter warnings are warnings, internal ones not counted. */
  errors: number;
  warnings: number;
  /** The recipe that made it; null for everyday traffic. */
  variant: string | null;
};

/** What became of one item for one receiver, or for none. */
export type TruthItem = {
  actionId: number;
  reportId: string;
  /** From 1, in every era. */
  item: number;
  /** `org.service`, or null. */
  receiver: string | null;
  outcome: TruthOutcome;
  /** When the first file with it was sent, or else first fetched. */
  deliveredAt: Micros | null;
  /** That file's own report (an e-mailed file has none: its batch's), and the item's place in it, from 1. */
  deliveredReportId: string | null;
  deliveredItem: number | null;
  /** Files sent with it; 0 when it was only fetched. */
  timesDelivered: number;
  /** As the lineage has it out of the submission; null when the lineage has none. */
  trackingId: string | null;
  /** What the sender called it, whether or not a table tells. */
  messageId: string | null;
  variant: string | null;
};

/** One file sent or fetched. */
export type TruthDelivery = {
  reportId: string;
  kind: "sent" | "download";
  at: Micros;
  receiver: string;
  items: number;
  /** The report that was sent or fetched. */
  sourceReportId: string;
  transport: string | null;
  fileName: string | null;
  /** Attempts of the series that ended in this delivery, itself included; 0 for a download. */
  attempts: number;
  resend: boolean;
  submissions: number;
  senders: string[];
  oldestSubmittedAt: Micros | null;
  variant: string | null;
};

/** One file with at least one final failure (`send_error`). */
export type TruthFailure = {
  reportId: string;
  receiver: string;
  items: number;
  kind: "exhausted" | "refused" | "exception";
  firstFailedAt: Micros;
  lastFailedAt: Micros;
  /** When each final failure was written. */
  finalFailures: Micros[];
  /** Failed attempts, warnings and errors alike. */
  attempts: number;
  resentAt: Micros | null;
  resentBy: string | null;
  /** The first sending or download after the first final failure. */
  recoveredAt: Micros | null;
  senders: string[];
  submissionIds: number[];
  createdAt: Micros;
  variant: string | null;
};

/** A thing of a recipe that is no submission: an empty batch, a ghost, an orphan. */
export type TruthEvent = { variant: string; at: Micros; actionId: number | null; reportId: string | null };

export type Truth = {
  asOf: Micros;
  submissions: TruthSubmission[];
  items: TruthItem[];
  deliveries: TruthDelivery[];
  failures: TruthFailure[];
  events: TruthEvent[];
};

/**
 * Where one copy of an item is. Changed as things happen to it; judged once, at the end, as of
 * the sample's now.
 */
export type Place =
  | { kind: "pipeline"; since: Micros }
  | { kind: "batch"; due: Micros | null; lookback: Micros; orphaned: boolean }
  | { kind: "ready"; since: Micros }
  | { kind: "send"; since: Micros }
  | { kind: "retry"; due: Micros }
  | { kind: "lost" }
  | { kind: "gone"; outcome: "failed" | "filtered" | "unrouted" | "rejected" };
