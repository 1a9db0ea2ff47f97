/**
 * Rows of a small made-up database, as plain objects: what the random lineages are made of, and all
 * that the reference looks at. Times are whole hours before (negative) or after the snapshot.
 */
export interface ReportRow {
  id: number;
  actionId: number;
  at: number;
  writtenBy: string;
  nextAction: string | null;
  nextActionAt: number | null;
  receiver: string | null;
  itemCount: number;
  before: number | null;
  submitted: boolean;
  transported: boolean;
  downloaded: boolean;
}

export interface EdgeRow {
  parent: number;
  parentIndex: number;
  child: number;
  childIndex: number;
}

export interface LinkRow {
  parent: number;
  child: number;
}

export interface TaskRow {
  report: number;
  step: string;
  dueAt: number | null;
  retryCount: number | null;
  batchedAt: number | null;
  createdAt: number;
}

export interface AttemptRow {
  actionId: number;
  at: number;
  kind: "send_warning" | "send_error" | "resend" | "email";
  report: number;
}

/** Receivers of the made-up world: what their settings say never changes. */
export const RECEIVERS = {
  "aa.merge": { transport: "SFTP", batchesPerDay: 12 },
  "bb.daily": { transport: "REST", batchesPerDay: 1 },
  "cc.fetch": { transport: "", batchesPerDay: 24 },
  "dd.untimed": { transport: "SFTP", batchesPerDay: 0 },
} as const;

export type ReceiverName = keyof typeof RECEIVERS;

export interface World {
  reports: ReportRow[];
  edges: EdgeRow[];
  links: LinkRow[];
  tasks: TaskRow[];
  attempts: AttemptRow[];
}

/** What became of one item for one receiver, as both sides state it. */
export interface Judged {
  root: number;
  item: number;
  receiver: string;
  outcome: string;
  deliveredReport: number | null;
  deliveredItem: number | null;
  timesDelivered: number;
}
