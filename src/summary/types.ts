import type { Counts } from "./counts.ts";

/**
 * summary.json: the data behind the pages, and the contract of whoever reads it by machine. Instants
 * are ISO 8601 in UTC, durations seconds, counts whole numbers. Members may be added; none changes
 * its meaning within one `format`.
 */
export interface Summary {
  format: 1;
  window: SummaryWindow;
  snapshot: { at: string; id: string };
  /** The organizations that the run was limited to; empty for all. */
  limitedTo: string[];
  totals: Totals;
  organizations: OrganizationSummary[];
  senders: SenderSummary[];
  receivers: ReceiverSummary[];
  pairs: PairSummary[];
  errorGroups: ErrorGroupSummary[];
  failures: FailureSummary[];
}

export interface SummaryWindow {
  /** Inclusive. */
  from: string;
  /** Exclusive. */
  to: string;
  timeZone: string;
}

/** Each sum of counts adds up: byItem to `items`, byItemAndReceiver to the rows of items.csv. */
export interface Totals {
  /** Submissions of the window, rejected requests included. */
  submissions: number;
  /** Requests answered with an error (HTTP 400): they have no report and no items. */
  rejectedSubmissions: number;
  items: number;
  byItem: Counts;
  byItemAndReceiver: Counts;
  /** Files sent in the window, whenever they were submitted. */
  filesSent: number;
  /** Downloads in the window. */
  downloads: number;
}

/** How long it took from submission to first delivery; null when nothing was delivered. */
export interface DeliveryTime {
  medianDeliverySeconds: number | null;
  p95DeliverySeconds: number | null;
}

export interface OrganizationSummary {
  name: string;
  /** Its folder in the run, relative to the run's. */
  folder: string;
  submissions: number;
  rejectedSubmissions: number;
  submittedItems: number;
  /** What became of the items that it submitted, by item. */
  submitted: Counts;
  /** What became of the items meant for its receivers, by item and receiver. */
  received: Counts;
  filesSent: number;
  downloads: number;
  failures: number;
}

export interface SenderSummary {
  /** `org.client`; empty for an unknown sender. */
  sender: string;
  organization: string;
  submissions: number;
  rejectedSubmissions: number;
  items: number;
  byItem: Counts;
  byItemAndReceiver: Counts;
}

export interface ReceiverSummary extends DeliveryTime {
  /** `org.service`. */
  receiver: string;
  organization: string;
  submissions: number;
  items: number;
  byItemAndReceiver: Counts;
  deliveredPercent: number | null;
  filesSent: number;
  downloads: number;
}

/** One line of summary.csv: what a sender submitted for a receiver on a topic. */
export interface PairSummary extends DeliveryTime {
  sender: string;
  senderOrganization: string;
  /** Empty for what had no receiver: unrouted, rejected, or not yet routed. */
  receiver: string;
  receiverOrganization: string;
  topic: string;
  submissions: number;
  items: number;
  byItemAndReceiver: Counts;
  deliveredPercent: number | null;
}

/** One line of error-groups.csv. */
export interface ErrorGroupSummary {
  type: string;
  scope: string;
  errorCode: string;
  field: string;
  message: string;
  sender: string;
  receiver: string;
  count: number;
  submissions: number;
  items: number;
  firstSeen: string;
  lastSeen: string;
}

/** One line of failures.csv, without the people. */
export interface FailureSummary {
  reportId: string;
  receiver: string;
  organization: string;
  fileName: string;
  items: number | null;
  state: string;
  firstFailedAt: string;
  lastFailedAt: string;
  attempts: number;
  errorFamily: string;
  error: string;
  resentAt: string | null;
  recoveredAt: string | null;
  senders: string[];
  expiresAt: string | null;
}
