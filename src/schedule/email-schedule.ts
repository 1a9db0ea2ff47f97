import { DAY } from "../time/instant.ts";
import { parseCron } from "./cron.ts";
import type { Schedule } from "./schedule.ts";

/** A row of email_schedule, and what is in it. */
export interface EmailScheduleRow {
  id: number;
  /** Json, as text. */
  values: string | null;
}

/** A row that was read, or why it cannot be used. */
export type ReadSchedule = { schedule: Schedule } | { fault: string };

/**
 * Reads a row as ReportStream writes it (EmailScheduleEngine: `template`, `type`, `cronSchedule`, `organizations`,
 * `emails`, `parameters`; the expression is in UTC). Upstream one broken row stops all of them; here it is told and passed over. Members that
 * are not needed may be missing or unknown.
 */
export function readEmailSchedule(row: EmailScheduleRow, windowTimeZone: string): ReadSchedule {
  const name = `email_schedule/${row.id}`;
  const fault = (what: string): ReadSchedule => ({ fault: `${name}: ${what}` });
  let values: unknown;
  try {
    values = JSON.parse(row.values ?? "null");
  } catch {
    return fault("its values are not JSON");
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) return fault("its values are no object");
  const { cronSchedule, organizations = [], emails = [] } = values as Record<string, unknown>;
  if (typeof cronSchedule !== "string") return fault("it has no cronSchedule");
  if (!isTexts(organizations)) return fault("its organizations are no list of names");
  if (!isTexts(emails)) return fault("its emails are no list of addresses");
  try {
    return {
      schedule: {
        name,
        cron: parseCron(cronSchedule),
        timeZone: "UTC",
        window: "day",
        windowTimeZone,
        organizations: [...new Set(organizations)].sort(),
        mail: true,
        emails: emails.length === 0 ? undefined : emails,
        catchUp: "latest",
        catchUpMaxAge: DAY,
        unsettled: "provisional",
        enabled: true,
      },
    };
  } catch (error) {
    return fault((error as Error).message);
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}
