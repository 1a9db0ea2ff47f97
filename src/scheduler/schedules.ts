import type { ConfiguredSchedule } from "../config/schedule-schema.ts";
import type { Config } from "../config/schema.ts";
import { parseCron } from "../schedule/cron.ts";
import { readEmailSchedule } from "../schedule/email-schedule.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { HOUR } from "../time/instant.ts";
import { timeZoneName } from "../time/zone.ts";

/** Schedules of the database are called so in the ledger. */
export const EMAIL_SCHEDULE_PREFIX = "email_schedule/";

const CATCH_UP_HOURS = 48;

/** The configured schedules, with every default filled in. */
export function configuredSchedules(config: Config): Schedule[] {
  return (config.schedules ?? []).map((written) => scheduleOf(written, config));
}

function scheduleOf(written: ConfiguredSchedule, config: Config): Schedule {
  const timeZone = timeZoneName(written.timeZone ?? config.timeZone) ?? config.timeZone;
  return {
    name: written.name,
    cron: parseCron(written.cron),
    timeZone,
    window: written.window ?? "day",
    windowTimeZone: timeZone,
    organizations: [...new Set(written.organizations ?? [])].sort(),
    mail: written.mail ?? false,
    emails: undefined,
    catchUp: written.catchUp ?? "latest",
    catchUpMaxAge: (written.catchUpHours ?? CATCH_UP_HOURS) * HOUR,
    unsettled: written.unsettled ?? "provisional",
    enabled: written.enabled ?? true,
  };
}

/** The schedules of the database's own table, and what is wrong with those that cannot be used. */
export async function databaseSchedules(
  openSnapshot: () => Promise<Snapshot>,
  catalogue: Catalogue,
  config: Config,
): Promise<{ schedules: Schedule[]; faults: string[] }> {
  const snapshot = await openSnapshot();
  try {
    const { rows } = await query(snapshot, catalogue.find("email-schedules"), {});
    const read = rows.map(([id, values]) =>
      readEmailSchedule({ id: Number(id), values: values as string | null }, config.timeZone),
    );
    const schedules = read.flatMap((result) => ("schedule" in result ? [forOperators(result.schedule, config)] : []));
    return { schedules, faults: read.flatMap((result) => ("fault" in result ? [result.fault] : [])) };
  } finally {
    await snapshot.close();
  }
}

/**
 * A row without organizations would send every organization's mail to its addresses (ReportStream: one mail each). Here it runs
 * the window for the operators' mail alone: whose figures somebody may see is for the configuration to say.
 */
function forOperators(schedule: Schedule, config: Config): Schedule {
  if (schedule.organizations.length > 0 || schedule.emails === undefined) return schedule;
  const operators = new Set((config.mail.operators ?? []).map((address) => address.toLowerCase()));
  const known = schedule.emails.filter((address) => operators.has(address.toLowerCase()));
  return { ...schedule, emails: known };
}
