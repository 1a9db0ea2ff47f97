import type { Acts, Outcome } from "../outcome/words.ts";
import type { TraceGraph } from "./graph/types.ts";

/**
 * What a trace answers: the object that `--format json` prints and the pages are made of, described
 * in docs/trace.md. Instants are ISO texts; lists of items and positions are texts such as `1-3, 7`.
 */
export interface TraceResult {
  format: 1;
  snapshot: { at: string; id: string };
  /** States are judged as of this instant. */
  asOf: string;
  timeZone: string;
  /** The organization that it is shown as to; null for operators. */
  seenBy: string | null;
  /** In the order asked. */
  answers: Answer[];
  choices: Choice[];
  notFound: NotFound[];
  coverage: Coverage[];
  /** Names were searched since this instant; null when no name had to be searched. */
  namesSince: string | null;
  graph: TraceGraph | null;
}

export interface Answer {
  asked: string;
  /** What it turned out to be, in words: `the id of a report`. */
  is: string;
  stories: Story[];
  /** Stories that there are beside these. */
  moreStories: number;
}

export type Story = SubmissionStory | FileStory | RejectedStory;

/** What became of a submission, or of some of its items. */
export interface SubmissionStory {
  kind: "submission";
  submissionId: number;
  reportId: string;
  submittedAt: string;
  sender: string;
  /** ReportStream's own word for the whole; null when only some items are looked at. */
  status: string | null;
  httpStatus: number | null;
  /** The items that are looked at; null for all. */
  items: string | null;
  /** The sender's id of the one item that is looked at; "" where none is stored. */
  trackingId: string;
  /** The report in the middle of the pipeline that was asked for. */
  step: StepOfItem | null;
  contents: Contents;
  outcomes: OutcomeGroup[];
  /** Receivers of the topic without any trace of the item: inferred, since jurisdictions are not logged. */
  notConsidered: string[];
  messages: MessageGroup[];
  /** Items whose lineage was not read because it is larger than the limit. */
  unread: number;
}

export interface StepOfItem {
  reportId: string;
  writtenBy: string;
  nextAction: string;
  receiver: string;
  createdAt: string;
}

/** What a report contained, by its row. Null for what is not there or not to be shown. */
export interface Contents {
  topic: string;
  format: string;
  items: number | null;
  fileName: string | null;
  digest: string | null;
  schema: string | null;
  /** Without storage account, container and query string. */
  blob: string | null;
  /** Facilities and results of legacy items; null for the universal pipeline, of which this database holds none. */
  results: Results | null;
}

/** Counts below the least that may be shown are null. */
export interface Results {
  facilities: { facility: string; clia: string; state: string; items: number | null }[];
  results: { result: string; items: number | null }[];
  /** Counts below this are null. */
  least: number;
  /** Rows left out: training or debugging, by their processing mode. */
  notProduction: number;
  /** True where rows from the spring of 2022 may be counted from 0 or from 1. */
  uncertain: boolean;
}

/** Items with the same fate at the same receiver. */
export interface OutcomeGroup {
  /** Null for an item that no receiver got. */
  receiver: string | null;
  outcome: Outcome;
  reason: string;
  acts: Acts;
  items: string;
  count: number;
  timesDelivered: number;
  files: FileFate[];
  /** Files that there are beside these. */
  moreFiles: number;
}

/** A file made ready for a receiver, and all that happened to it. */
export interface FileFate {
  /** The report made ready to be sent; the copy's own where the lineage does not show it. */
  reportId: string;
  fileName: string;
  writtenAt: string | null;
  /** Where the items stand in it, and of how many; null where that is not the asker's to know. */
  positions: string | null;
  of: number | null;
  sends: Sent[];
  downloads: { reportId: string; at: string }[];
  failures: FailedAttempt[];
  resends: { at: string; by: string | null }[];
  expiresAt: string | null;
  /** The receiver's zone, for people; never null. */
  timeZone: string;
}

export interface Sent {
  reportId: string;
  fileName: string;
  at: string;
  transport: string;
  tries: number;
  resend: boolean;
}

export interface FailedAttempt {
  at: string;
  final: boolean;
  family: string;
  /** Masked; null where only the family is shown. */
  error: string | null;
}

/** A file made ready, sent or fetched: what it is, what happened to it, and where its items came from. */
export interface FileStory {
  kind: "file";
  reportId: string;
  what: "ready" | "sent" | "downloaded" | "other";
  receiver: string;
  createdAt: string;
  /** What becomes of a file that was neither sent nor fetched. */
  verdict: { outcome: Outcome; reason: string; acts: Acts } | null;
  contents: Contents;
  file: FileFate;
  origins: Origin[];
  moreOrigins: number;
  /** Items whose origin was not read because the lineage is larger than the limit. */
  unread: number;
}

/** A submission of which items are in a file. */
export interface Origin {
  submissionId: number;
  reportId: string;
  sender: string;
  submittedAt: string;
  fileName: string | null;
  /** In the submission. */
  items: string;
  /** In the file. */
  positions: string;
  count: number;
}

/** A request that was answered with an error and left no report. */
export interface RejectedStory {
  kind: "rejected";
  submissionId: number;
  submittedAt: string;
  sender: string;
  fileName: string;
  httpStatus: number | null;
  messages: MessageGroup[];
}

/** Entries of the action log that say the same; messages are masked. */
export interface MessageGroup {
  type: string;
  errorCode: string;
  field: string;
  message: string;
  receiver: string;
  step: string;
  items: string;
  count: number;
  firstAt: string;
}

/** An id that fits several things: one of them is to be asked for. */
export interface Choice {
  asked: string;
  /** How many things it fits; the list may hold fewer. Null where that is not the asker's to know. */
  fits: number | null;
  options: ChoiceOption[];
}

export interface ChoiceOption {
  /** What to ask for instead. */
  ask: string;
  is: string;
  at: string | null;
  sender: string;
  receiver: string;
  fileName: string;
}

export interface NotFound {
  asked: string;
  /** Where it was looked for. */
  searched: string[];
  /** What was found short of an answer, such as an action that is no submission; "" for nothing. */
  note: string;
}

/** How far back a table reaches. */
export interface Coverage {
  table: string;
  from: string | null;
  to: string | null;
}
