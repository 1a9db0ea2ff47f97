import type { Context } from "../cli/context.ts";
import type { ConnectionSources } from "../cli/settings.ts";
import type { Config } from "../config/schema.ts";
import { ConfigError, InterruptedError } from "../errors.ts";
import { ledgerSettings, withLedger } from "../ledger/connection.ts";
import { RunLedger } from "../ledger/runs.ts";
import { mailSettings, withSender } from "../mail/mail-config.ts";
import { smtpServer } from "../mail/smtp.ts";
import { smtpSettings } from "../mail/smtp-settings.ts";
import { loadTemplates } from "../report/templates.ts";
import { checkLimit } from "../run/slice-plan.ts";
import { nextDue } from "../schedule/due.ts";
import { type Schedule, startOf, windowOf } from "../schedule/schedule.ts";
import { loadCatalogue } from "../source/catalogue.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import { openSnapshot } from "../source/snapshot.ts";
import { formatInstant, HOUR } from "../time/instant.ts";
import { describeWindow } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import { runLines, runsJson } from "./list.ts";
import { runRound, type SchedulerTools, stayUp } from "./loop.ts";
import { configuredSchedules, databaseSchedules } from "./schedules.ts";

export interface ScheduleOptions {
  config: Config;
  connection: ConnectionSources;
  /** One look, then end. */
  once: boolean;
  redirectAllTo: string | undefined;
}

/** The command `schedule`. */
export async function scheduleCommand(options: ScheduleOptions, context: Context): Promise<number> {
  const tools = schedulerTools(options, context);
  // Faults that would stop every round are told now, not at the first run in the night.
  await withLedger(tools.ledger, async () => undefined, context.signal);
  if (options.once) {
    const { done, failed, faults } = await runRound(tools);
    context.stdout.write(`${done} done, ${failed} failed${faults.length > 0 ? `:\n  ${faults.join("\n  ")}` : ""}\n`);
    return faults.length === 0 ? 0 : done > 0 || failed === 0 ? 3 : 1;
  }
  tools.say("waiting for what is due; SIGTERM ends it");
  try {
    return await stayUp(tools);
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    tools.say("stopped");
    return error.exitCode;
  }
}

function schedulerTools({ config, connection, redirectAllTo }: ScheduleOptions, context: Context): SchedulerTools {
  const { env, stderr, now, signal } = context;
  checkLimit(config.memory);
  const catalogue = loadCatalogue({ own: config.queries });
  const source = connectionSettings(connection);
  const session = {
    applicationName: "lineage-report schedule",
    statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
  };
  const configured = configuredSchedules(config);
  if (configured.length === 0 && !config.emailSchedules) {
    throw new ConfigError("nothing is scheduled", {
      hint: "write schedules into lineage-report.yaml, or set emailSchedules to true; docs/schedule.md shows how",
    });
  }
  const mails = config.emailSchedules || configured.some(({ mail }) => mail);
  return {
    config,
    catalogue,
    render: loadTemplates(config.templates),
    openSnapshot: (cancel) => openSnapshot(source, { ...session, signal: cancel, shared: true }),
    now,
    ledger: ledgerSettings(connection),
    mail: mails
      ? { settings: withSender(mailSettings(config.mail, redirectAllTo)), server: smtpServer(smtpSettings(env)) }
      : undefined,
    async schedules() {
      if (!config.emailSchedules) return { schedules: configured, faults: [] };
      const read = await databaseSchedules(() => openSnapshot(source, { ...session, signal }), catalogue, config);
      return { schedules: [...configured, ...read.schedules], faults: read.faults };
    },
    signal,
    say: (line) => void stderr.write(`${formatInstant(now() * 1000)} ${line}\n`),
  };
}

export interface NextOptions {
  config: Config;
  connection: ConnectionSources;
  count: number;
  explain: boolean;
  json: boolean;
}

/** The command `schedule next`: pure but for reading the database's own schedules, if they are followed. */
export async function scheduleNext(options: NextOptions, context: Context): Promise<number> {
  const { config, count, explain, json } = options;
  const { schedules, faults } = await allSchedules(options, context);
  const now = context.now() * 1000;
  const coming = schedules
    .filter(({ enabled }) => enabled)
    .flatMap((schedule) => nextDue(schedule.cron, schedule.timeZone, now, count).map((due) => ({ schedule, due })))
    .sort((a, b) => a.due.at - b.due.at || (a.schedule.name < b.schedule.name ? -1 : 1))
    .slice(0, count)
    .map(({ schedule, due }) => {
      const window = windowOf(schedule, due.at);
      return { schedule, due, window, startAt: startOf(schedule, due.at, window, config.limits.settleHours * HOUR) };
    });
  if (json) {
    const rows = coming.map(({ schedule, due, window, startAt }) => ({
      schedule: schedule.name,
      dueAt: formatInstant(due.at),
      startAt: formatInstant(startAt),
      wall: due.wall,
      clock: due.clock,
      timeZone: schedule.timeZone,
      window: { from: formatInstant(window.from), to: formatInstant(window.to), timeZone: window.timeZone },
    }));
    context.stdout.write(`${JSON.stringify({ runs: rows, faults })}\n`);
    return faults.length > 0 ? 3 : 0;
  }
  for (const { schedule, due, window, startAt } of coming) {
    context.stdout.write(`${formatInstant(due.at)}  ${formatMoment(due.at, schedule.timeZone)}  ${schedule.name}\n`);
    if (!explain) continue;
    const begins = startAt > due.at ? `; begins ${formatInstant(startAt)}, when the window has settled` : "";
    const { text } = schedule.cron;
    context.stdout.write(`    ${text} by the clock of ${schedule.timeZone}: ${due.wall}${CLOCK[due.clock]}\n`);
    context.stdout.write(`    covers ${describeWindow(window)}${begins}\n`);
    context.stdout.write(`    if missed: ${schedule.catchUp}, not older than ${schedule.catchUpMaxAge / HOUR} hours\n`);
  }
  if (coming.length === 0) context.stdout.write("nothing is scheduled\n");
  for (const fault of faults) context.stderr.write(`lineage-report: passed over: ${fault}\n`);
  return faults.length > 0 ? 3 : 0;
}

const CLOCK = {
  plain: "",
  skipped: ", which that day's clock change skips: the next instant that exists",
  twice: ", which that day's clock change brings twice: the first",
};

async function allSchedules(
  { config, connection }: Pick<NextOptions, "config" | "connection">,
  context: Context,
): Promise<{ schedules: Schedule[]; faults: string[] }> {
  const configured = configuredSchedules(config);
  if (!config.emailSchedules) return { schedules: configured, faults: [] };
  const open = () =>
    openSnapshot(connectionSettings(connection), {
      applicationName: "lineage-report schedule next",
      signal: context.signal,
    });
  const read = await databaseSchedules(open, loadCatalogue({ own: config.queries }), config);
  return { schedules: [...configured, ...read.schedules], faults: read.faults };
}

export interface ListOptions {
  config: Config;
  connection: ConnectionSources;
  count: number;
  schedule: string | undefined;
  json: boolean;
}

/** The command `schedule list`: what became of the latest due times, and what is to do about those that failed for good. */
export async function scheduleList(options: ListOptions, context: Context): Promise<number> {
  const { config, connection, count, schedule, json } = options;
  const runs = await withLedger(
    ledgerSettings(connection),
    (session) => new RunLedger(session).list(count, schedule),
    context.signal,
  );
  const lines = json ? [runsJson(runs, config)] : runs.flatMap((run) => runLines(run, config));
  for (const line of lines) context.stdout.write(`${line}\n`);
  if (lines.length === 0) context.stdout.write("no run has been due yet\n");
  return 0;
}
