import type { Counts } from "../counts.ts";
import type {
  ErrorGroupSummary,
  FailureSummary,
  OrganizationSummary,
  PairSummary,
  ReceiverSummary,
  SenderSummary,
  SummarySnapshot,
  SummaryWindow,
  Timeline,
} from "../types.ts";

/**
 * organizations/NAME/summary.json: what one organization's page shows, and nothing of anybody else.
 * Instants, durations and counts as in the run's own summary.json; members may be added.
 */
export interface OrganizationReport {
  format: 1;
  window: SummaryWindow;
  snapshot: SummarySnapshot;
  /** The zone in which the page says times. The window's days stay those of the run's zone. */
  timeZone: string;
  /** Whose zone it is: that of most of the organization's receivers, or the run's where it has none. */
  timeZoneOf: "receivers" | "run";
  /** Its line of the run's summary.json. */
  organization: OrganizationSummary;
  senders: SenderSummary[];
  receivers: ReceiverSummary[];
  /** What it submitted: the lines of its senders. */
  submittedPairs: PairSummary[];
  /** What was meant for it: the lines of its receivers. */
  receivedPairs: PairSummary[];
  timeline: OrganizationTimeline;
  deliveryTimeLimits: readonly number[];
  /** The run's `earlierDays`, of this organization. */
  earlierDays: OrganizationDay[];
  deliveries: DeliveriesSummary;
  /** Files to its receivers whose sending failed for good. */
  failures: FailureSummary[];
  /** What its receivers have not got yet: most items first. */
  open: OpenWorkSummary[];
  /** Groups of errors and warnings about its own submissions: errors first, most items first. */
  errors: GroupsSummary;
  /** Groups of what its receivers' filters took: most rows first. */
  filters: GroupsSummary;
  facilities: FacilitiesSummary;
}

export interface OrganizationTimeline {
  step: Timeline["step"];
  /** What it submitted, by item. */
  submitted: Timeline["steps"];
  /** What was meant for it, by item and receiver, by the time of submission. */
  received: Timeline["steps"];
}

export interface OrganizationDay {
  date: string;
  submitted: Counts;
  received: Counts;
}

/** Files sent to its receivers or fetched in the window. */
export interface DeliveriesSummary {
  /** Items in the files sent, resends included; files without a known number count as none. */
  itemsSent: number;
  itemsDownloaded: number;
  /** The latest ones, latest first: at most 50. */
  latest: DeliveryLine[];
}

/** One line of deliveries.csv. */
export interface DeliveryLine {
  reportId: string;
  at: string;
  kind: "sent" | "download";
  receiver: string;
  fileName: string;
  items: number | null;
  transport: string;
  resend: boolean;
}

/** Items of one receiver that share an outcome and its reason. */
export interface OpenWorkSummary {
  receiver: string;
  outcome: "waiting" | "retrying" | "stuck" | "failed";
  /** A sentence; times in it are in the receiver's zone. Empty for what is beyond a thousand reasons. */
  reason: string;
  acts: string;
  items: number;
}

export interface GroupsSummary {
  /** How many groups there are, and rows in them. */
  groups: number;
  rows: number;
  /** At most 25 of them. */
  shown: ErrorGroupSummary[];
}

/** Facilities whose covid-19 items its receivers got. */
export interface FacilitiesSummary {
  /** Items delivered or fetched of which the database holds a facility, those of tests and training left out. */
  items: number;
  /** Items delivered or fetched of which it holds none: those of the universal pipeline. */
  itemsWithout: number;
  /** Four weeks, oldest first; the last one ends with the window. Empty unless the window is one local day. */
  weeks: FacilityWeek[];
  /** How many facilities there are. */
  count: number;
  /** New ones, then those that are gone, then by items: at most 200. */
  shown: FacilityLine[];
}

export interface FacilityWeek {
  /** Local dates, both inclusive. */
  first: string;
  last: string;
  /** Of how many of its days there is a run. */
  knownDays: number;
}

export interface FacilityLine {
  /** Empty when it is not to be shown: see docs/pages.md. */
  name: string;
  /** Empty when it is not valid. */
  clia: string;
  location: string;
  /** Items by week; null for 1 to 10, which could point at a person. */
  weeks: (number | null)[];
  /** Items in the window; null for 1 to 10. */
  items: number | null;
  mark: "new" | "gone" | null;
}

/** What a run counted of one facility for one organization: exact, and so in the run's own summary.json only. */
export interface FacilityCount {
  organization: string;
  name: string;
  clia: string;
  location: string;
  items: number;
}
