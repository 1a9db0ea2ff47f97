import type { Counts } from "./counts.ts";
import type { OperatorsSummary } from "./operators/types.ts";
import type { FacilityCount } from "./organization/types.ts";

/**
 * summary.json: the data behind the pages, and the contract of whoever reads it by machine. Instants
 * are ISO 8601 in UTC, durations seconds, counts whole numbers. Members may be added; none changes
 * its meaning within one `format`.
 */
export interface Summary {
  format: 1;
  window: SummaryWindow;
  snapshot: SummarySnapshot;
  /** The organizations that the run was limited to; empty for all. */
  limitedTo: string[];
  totals: Totals;
  organizations: OrganizationSummary[];
  senders: SenderSummary[];
  receivers: ReceiverSummary[];
  pairs: PairSummary[];
  /** The run with which this one is compared; null when the folder of runs holds none that is comparable. */
  previousRun: PreviousRun | null;
  errorRows: ErrorRows;
  errorGroups: ErrorGroupSummary[];
  /** Groups of the previous run that this one has not, as they were there. */
  goneErrorGroups: ErrorGroupSummary[];
  /** Most frequent first. */
  unmappedCodes: UnmappedCodeSummary[];
  /** Senders of which the receivers' filters took everything that any receiver wanted. */
  allFiltered: AllFilteredSummary[];
  failures: FailureSummary[];
  silence: Silence;
  /** Items by the time of their submission; the counts add up to `totals.byItem`. */
  timeline: Timeline;
  /** The limits of the receivers' `deliveryTimes`, in seconds, ascending. */
  deliveryTimeLimits: readonly number[];
  /** The runs of the 27 days before, oldest first, as far as they are in the same folder; empty unless the window is one local day. */
  earlierDays: DaySummary[];
  /** Items that organizations got, by testing lab; covid-19 only. Exact: organizations' own files withhold small counts. */
  facilities: FacilityCount[];
  /** What operators look at every morning beside these; absent from runs of versions that did not look. */
  operators?: OperatorsSummary;
}

/** Outcomes over the window. */
export interface Timeline {
  /** 60 minutes each from the window's start, or local days for windows of more than three. */
  step: "hour" | "day";
  /** In order of time; steps without a submission are left out. */
  steps: { from: string; counts: Counts }[];
}

/** What an earlier run of one day counted. */
export interface DaySummary {
  /** The local date. */
  date: string;
  byItem: Counts;
  byItemAndReceiver: Counts;
}

export interface SummarySnapshot {
  at: string;
  id: string;
  /** On a read replica, the last transaction of its primary that it had replayed; null elsewhere. */
  replayedAt: string | null;
  /** The newest action that the snapshot sees; null when it sees none. */
  newestRowAt: string | null;
}

/** The latest earlier run of a window of the same length, limited to the same organizations. */
export interface PreviousRun {
  /** Its folder's name, beside this run's. */
  folder: string;
  window: SummaryWindow;
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
  /** Items on each of `earlierDays`. */
  earlierItems: number[];
}

export interface ReceiverSummary extends DeliveryTime {
  /** `org.service`. */
  receiver: string;
  organization: string;
  submissions: number;
  items: number;
  byItemAndReceiver: Counts;
  deliveredPercent: number | null;
  /**
   * How many items took up to each of `deliveryTimeLimits` from submission to first delivery, and more than
   * the one before; the last, how many took longer.
   */
  deliveryTimes: number[];
  filesSent: number;
  downloads: number;
  /** Items on each of `earlierDays`, by item and receiver. */
  earlierItems: number[];
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

/** What is in errors.csv, and what of the window's action log is not. */
export interface ErrorRows {
  /** Rows of errors.csv; the groups' counts add up to it. */
  rows: number;
  /** Filter results that were logged once more and are counted once. */
  doubledFilterResults: number;
  /** Rows in groups without a message, because there were too many different messages to keep apart. */
  withoutMessage: number;
}

/** One line of error-groups.csv; messages are masked whatever the run was asked for. */
export interface ErrorGroupSummary {
  /** Against the previous run; null when there is none. */
  status: "new" | "standing" | "gone" | null;
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

/** A code that the observation-mapping table has no condition for, as one sender sent it. */
export interface UnmappedCodeSummary {
  /** Empty for observations without a code. */
  code: string;
  /** `org.client`; empty for an unknown sender. */
  sender: string;
  /** Warnings that name it: one for each item that holds it. */
  count: number;
  firstSeen: string;
  lastSeen: string;
  /** Whether the previous run had the code from this sender; null when there is none. */
  isNew: boolean | null;
}

/** A sender of which nothing gets through to anybody. */
export interface AllFilteredSummary {
  sender: string;
  organization: string;
  /** Items that were filtered, by item. */
  filtered: number;
  /** Items of the sender; the rest was unrouted or rejected. */
  items: number;
  /** The filters' types, such as `QUALITY_FILTER`, as they were logged. */
  filters: string[];
}

/**
 * Who was quieter than on this weekday otherwise. Judged for windows of one local day; `judged` is
 * false for others, with the reason.
 */
export type Silence = { judged: false; reason: string } | JudgedSilence;

export interface JudgedSilence {
  judged: true;
  /** The same weekday of the weeks before, latest first: local dates. */
  comparedDays: string[];
  /** Senders and receivers with nothing, or far less than usual. */
  quiet: QuietSubject[];
  /** Active receivers to which no file was sent and of which none was fetched, whatever is usual. */
  receiversWithNothing: ReceiverWithNothing[];
  pairs: PairSilence;
}

/** Items are those of the day: submitted by a sender, in files sent to a receiver, or of a pair. */
export interface QuietSubject {
  kind: "sender" | "receiver" | "pair";
  /** `org.client` or `org.service`; of a pair the sender. */
  name: string;
  /** Of a pair; else empty. */
  receiver: string;
  state: "nothing" | "far less";
  /** Median of the compared days. */
  usualItems: number;
  items: number;
  /**
   * When it was seen last before the window's end, of a pair the local date; null when that is more than
   * four weeks ago (of a pair, before the earlier runs).
   */
  lastSeen: string | null;
}

export interface ReceiverWithNothing {
  receiver: string;
  organization: string;
  /** Median of the compared days, of items in files sent. */
  usualItems: number;
  /** Items of the window's submissions that are meant for it, whatever became of them. */
  items: number;
  /** When the last file was sent to it; null when that is more than a week ago (four, when files are usual). */
  lastSeen: string | null;
}

/** Pairs are known from earlier runs only: the database has no column for them. */
export interface PairSilence {
  /** Earlier runs of the compared days that were found; quiet pairs are judged from four on. */
  comparedRuns: number;
  /** Earlier runs of any day that were found, of eight weeks at most. */
  earlierRuns: number;
  /** The first day of them; null when there are none. */
  knownSince: string | null;
  /** Pairs of this window that no earlier run has; none unless there are seven, one for each weekday. */
  firstSeen: { sender: string; receiver: string; items: number }[];
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
