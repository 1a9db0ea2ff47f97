import { nextDue } from "../schedule/due.ts";
import { type EmailScheduleRow, readEmailSchedule } from "../schedule/email-schedule.ts";
import type { Micros } from "../time/instant.ts";

/** Work that waits for a step. */
export interface StepQueue {
  step: string;
  tasks: number;
  items: number;
  oldestAt: Micros;
  /** Tasks whose report was never recorded. */
  withoutReport: number;
}

/** Reports that should be worked on, and have neither a task nor a child. */
export interface LostReports {
  step: string;
  reports: number;
  oldestAt: Micros;
}

/** One of ReportStream's own mail schedules; instants are NaN where there is none. */
export interface MailSchedule {
  id: number;
  nextAt: Micros;
  cron: string;
  organizations: readonly string[];
  /** How many addresses are written in it. */
  addresses: number;
  /** Why it cannot be used; "" for nothing. */
  fault: string;
}

/** A month, and which tables have rows of it. */
export interface Month {
  /** `2022-05`. */
  month: string;
  /** By table. */
  present: Readonly<Record<string, boolean>>;
}

/** A stretch of months of which a table has nothing, though the others have. */
export interface Gap {
  table: string;
  from: string;
  to: string;
}

export interface MetadataCoverage {
  topic: string;
  submissions: number;
  items: number;
  itemsWithMetadata: number;
}

export interface TableSize {
  table: string;
  /** Null for a table that is kept elsewhere. */
  bytes: number | null;
  /** Null where that cannot be told cheaply. */
  newRows: number | null;
}

/** The back end at a moment. */
export interface Status {
  asOf: Micros;
  /** Lost reports, coverage of metadata and growth are about the time from here. */
  from: Micros;
  queues: readonly StepQueue[];
  lost: readonly LostReports[];
  tokens: { kept: number; expired: number };
  schedules: readonly MailSchedule[];
  metadata: readonly MetadataCoverage[];
  months: readonly Month[];
  gaps: readonly Gap[];
  tables: readonly TableSize[];
}

/** A schedule with its next time, or with what is wrong with it: upstream one broken row stops all of them. */
export function mailSchedule(row: EmailScheduleRow, asOf: Micros): MailSchedule {
  const read = readEmailSchedule(row, "UTC");
  const nothing = { id: row.id, nextAt: Number.NaN, cron: "", organizations: [], addresses: 0 };
  if ("fault" in read) return { ...nothing, fault: read.fault };
  const { cron, timeZone, organizations, emails } = read.schedule;
  const [next] = nextDue(cron, timeZone, asOf, 1);
  return {
    id: row.id,
    nextAt: next?.at ?? Number.NaN,
    cron: cron.text,
    organizations,
    addresses: emails?.length ?? 0,
    fault: next ? "" : "it never comes",
  };
}

/** What the gaps of months are called in which no table has anything. */
export const EVERY_TABLE = "every table";

/**
 * Months of which a table has nothing between the first and the last month of any table. What was archived is missing at the
 * beginning or in the middle; a table that was introduced later begins later.
 */
export function findGaps(months: readonly Month[]): Gap[] {
  const tables = Object.keys(months[0]?.present ?? {});
  return [...tables, EVERY_TABLE].flatMap((table) => {
    const gaps: Gap[] = [];
    let open: Gap | undefined;
    for (const { month, present } of months) {
      const empty = !Object.values(present).includes(true);
      const missing = table === EVERY_TABLE ? empty : !empty && !present[table];
      if (!missing) open = undefined;
      else if (open) open.to = month;
      else {
        open = { table, from: month, to: month };
        gaps.push(open);
      }
    }
    return gaps;
  });
}
