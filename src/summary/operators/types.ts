import type { DuplicateCause } from "../../outcome/duplicates.ts";
import type { Acts, Outcome } from "../../outcome/words.ts";
import type { FailureSummary } from "../types.ts";

/**
 * What operators look at beside the window's own sums: `operators` of summary.json. Instants are ISO
 * 8601 in UTC, dates local ones of the window's zone. A list holds everything; pages show the first of it.
 */
export interface OperatorsSummary {
  verdict: VerdictSummary;
  /** As of when states are judged: when the database was read, unless the run was asked for another instant. */
  asOf: string;
  /**
   * Up to here connections and failures were looked at: when the database was read, or when the window
   * had settled, if that was before. Work in the queue and lookup tables are always those of the snapshot.
   */
  lookedUntil: string;
  lastMile: LastMile;
  earlierFailures: EarlierFailures;
  connections: ConnectionsSummary;
  stuck: StuckSummary;
  undelivered: OutcomeLine[];
  duplicates: DuplicatesSummary;
  settingChanges: SettingChanges;
  /** Null for a run that was limited to organizations: tables are nobody's alone. */
  lookupTables: LookupTables | null;
  week: Week;
  caveats: Caveat[];
}

/**
 * The one sentence at the top of the page and of the operators' mail. `action`: somebody has to do
 * something; `look`: nothing is broken, and something is unusual; `clear`: neither; `nothing`: the
 * window has no submission, no file and no failure.
 */
export type VerdictLevel = "action" | "look" | "clear" | "nothing";

export interface VerdictSummary {
  level: VerdictLevel;
  /** Gravest first. */
  facts: VerdictFact[];
}

export interface VerdictFact {
  level: "action" | "look";
  text: string;
  acts: Acts;
  /** The section of the page that has the lines behind it. */
  section: SectionName;
}

/** Sections of the operators' page, and the column `section` of attention.csv. */
export type SectionName =
  | "last-mile"
  | "connections"
  | "stuck"
  | "quiet"
  | "undelivered"
  | "all-filtered"
  | "errors"
  | "duplicates"
  | "changes"
  | "tables"
  | "week"
  | "caveats";

/** Files by what became of them; the window's own (`failures`) and earlier ones (`earlierFailures`) together but where said. */
export interface LastMileCounts {
  /** Open, and failed in the window. */
  newFiles: number;
  newItems: number;
  /** Open, and failed before it. */
  standingFiles: number;
  standingItems: number;
  /** An operator asked, and it is not sent yet. */
  resentFiles: number;
  /** Sent or fetched since the window began. */
  recoveredFiles: number;
  maybeDeliveredFiles: number;
  /** Open or resent files whose content is deleted within 14 days of the snapshot, and when the first of them is. */
  expiringFiles: number;
  firstExpiresAt: string | null;
}

export interface LastMile extends LastMileCounts {
  /** Most files that somebody has to act on first. */
  receivers: LastMileReceiver[];
}

export interface LastMileReceiver extends LastMileCounts {
  /** Empty where the failures do not tell. */
  receiver: string;
  organization: string;
  firstFailedAt: string;
  /** Most frequent first. */
  errorFamilies: string[];
}

/** Last-mile failures whose last one lies before the window: the window's own are in `failures`. */
export interface EarlierFailures {
  /** Failures from here to the window's start: as long as a file can be sent again. */
  from: string;
  /** Not made good yet, or made good since the window began. By (lastFailedAt, reportId). */
  failures: EarlierFailure[];
}

/** `state` is that of failures.csv. Attempts and senders are not looked up again: `lineage-report failures` has them. */
export type EarlierFailure = Omit<FailureSummary, "firstFailedAt" | "attempts" | "senders">;

export interface ConnectionsSummary {
  /** Checks from here on were read. */
  from: string;
  /** Receivers of the settings in force. */
  up: number;
  notChecked: number;
  /** Longest first. */
  down: DownConnection[];
  /** Active receivers with SFTP or REST of which no check was recorded. */
  unchecked: string[];
}

export interface DownConnection {
  receiver: string;
  organization: string;
  /** The first of the failed checks in a row. */
  downSince: string;
  /** False where no check that was read succeeded: it may have been down before. */
  isFirstKnown: boolean;
  failedChecks: number;
  errorFamily: string;
  lastSuccessAt: string | null;
  lastCheckAt: string;
  /** In the queue at the snapshot. */
  waitingFiles: number;
  waitingItems: number;
  /** Failed for good since it is down, and not made good. */
  failedFiles: number;
  failedItems: number;
  /** Earlier outages with the same kind of error, among the checks that were read. */
  sameErrorBefore: number;
}

/** The window's own stuck items are in `undelivered`, by reason. */
export interface StuckSummary {
  /**
   * The queue at the snapshot, step by step as work goes through them; steps without work are left out. Null for a
   * run that was limited to organizations: most of the queue names none.
   */
  steps: QueueStep[] | null;
  /** Over all steps. */
  stuckTasks: number;
}

export interface QueueStep {
  step: string;
  tasks: number;
  items: number;
  /** When the oldest task was due, or written where nothing was planned. */
  oldestAt: string | null;
  /** Of these, past due by more than the limits allow, or never to be taken. */
  stuckTasks: number;
  stuckItems: number;
  oldestStuckAt: string | null;
  /** When the oldest stuck task's queue message goes, after which nothing can move it; null where no message carries it. */
  messageLostAt: string | null;
}

/**
 * How many of the window's items ended so, for one reason: the waterfall. The lines' `items` add up to
 * `totals.items`, their `itemsAndReceivers` to the rows of items.csv. The two are never to be added to each other.
 */
export interface OutcomeLine {
  outcome: Outcome;
  acts: Acts;
  /** What differs from item to item (times, counts) is `…`. */
  reason: string;
  /** Each item once, by its worst open outcome. */
  items: number;
  itemsAndReceivers: number;
  /** When the oldest submission with such an item came. */
  oldestSubmittedAt: string;
}

export interface DuplicatesSummary {
  /** Of the window's submissions: items that were in more than one file sent to one receiver. */
  items: DuplicateItems[];
  /** Files sent in the window that had been sent before the window began. */
  files: DuplicateFiles[];
  /** Sums over the two lists: they may speak of the same, and are not to be added to each other. */
  totalItems: number;
  totalFiles: number;
}

export interface DuplicateItems {
  receiver: string;
  organization: string;
  cause: DuplicateCause;
  items: number;
  /** Deliveries beyond the first, over all items. */
  copies: number;
  /** Deliveries of the item that was delivered most often. */
  mostTimes: number;
}

export interface DuplicateFiles {
  receiver: string;
  organization: string;
  cause: Exclude<DuplicateCause, "in several files">;
  files: number;
  items: number;
}

export interface SettingChanges {
  /** 48 hours up to the window's end. */
  from: string;
  to: string;
  /** In the order in which they were written. */
  changes: SettingChange[];
}

export interface SettingChange {
  changedAt: string;
  changedBy: string;
  type: "organization" | "sender" | "receiver";
  organization: string;
  /** `org.name`, or the organization. */
  fullName: string;
  version: number;
  change: "created" | "changed" | "deleted";
  /** Members that differ from the version before; never their values. */
  paths: string[];
}

export interface LookupTables {
  /** All tables. */
  tables: number;
  /** Those whose newest version is not the active one. */
  notActive: LookupTable[];
}

export interface LookupTable {
  table: string;
  /** Null where no version is active. */
  activeVersion: number | null;
  newestVersion: number;
  newestCreatedAt: string;
  newestCreatedBy: string;
}

/** The ISO week (Monday to Sunday) of the window, as far as runs of its days are known. */
export type Week = { judged: false; reason: string } | JudgedWeek;

export interface JudgedWeek {
  judged: true;
  /** `2026-W47`. */
  isoWeek: string;
  /** The date by which people call the week. */
  friday: string;
  /** Monday first, up to the window's last day; days without a run are in `missingDays`. */
  days: WeekDay[];
  missingDays: string[];
  /** Sums of the days. Routed: had a receiver and was not filtered, by item and receiver. */
  routed: number;
  /** Delivered or downloaded. */
  sent: number;
  percent: number | null;
  /** Until when the figures can change: 25 hours (`limits.settleHours`) after the week's end. */
  settledFrom: string;
  /** The week is not over, or not settled, or a day's run was made before the day had settled, or a day is missing. */
  provisional: boolean;
}

export interface WeekDay {
  date: string;
  /** The run's folder; null for this run, which may cover several of the days together. */
  folder: string | null;
  /** The last date where a run covers several days; else the same as `date`. */
  lastDate: string;
  routed: number;
  sent: number;
  percent: number | null;
  /** Whether the run was made after the day had settled. */
  settled: boolean;
}

/** What this run cannot say, and why. */
export interface Caveat {
  kind: CaveatKind;
  text: string;
  acts: Acts;
}

export type CaveatKind =
  | "acceptance"
  | "universal pipeline"
  | "missing months"
  | "not settled"
  | "limited"
  | "unmasked"
  | "as of"
  | "settings"
  | "no earlier run"
  | "unknown files"
  | "error groups";
