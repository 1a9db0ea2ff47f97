import { basename, join } from "node:path";
import type { Context } from "../cli/context.ts";
import type { ConnectionSources } from "../cli/settings.ts";
import type { Config } from "../config/schema.ts";
import { CheckError, UsageError } from "../errors.ts";
import { ledgerSettings, withLedger } from "../ledger/connection.ts";
import { type ListedMail, MailLedger, type MailState } from "../ledger/mails.ts";
import { writeFileAtomically } from "../output/atomic-file.ts";
import { organizationFolder } from "../output/names.ts";
import { verifyFolder } from "../output/verify.ts";
import { loadTemplates } from "../report/templates.ts";
import { formatInstant, HOUR, type Micros, parseInstant } from "../time/instant.ts";
import { describeWindow } from "../time/window.ts";
import type { Figures } from "./figures.ts";
import { mailSettings, withSender } from "./mail-config.ts";
import { type PlanRequest, planMail } from "./plan.ts";
import { provisionalUntil } from "./provisional.ts";
import { renderMail } from "./render-mail.ts";
import { readRun } from "./run-files.ts";
import {
  deliver,
  mailSchedule,
  plannedMails,
  planOperatorsMail,
  planRunMails,
  type RunMailsRequest,
} from "./run-mails.ts";
import { smtpServer } from "./smtp.ts";
import { smtpSettings } from "./smtp-settings.ts";

/** Stands in for a sender in a preview; nobody can send from it. */
const NO_SENDER = "reports@example.invalid";

export interface PreviewOptions {
  config: Config;
  /** The run's folder. */
  run: string;
  organization: string;
  schedule: string;
  /** Where the .eml and .html go. */
  out: string;
}

/** The command `mail preview`: what an organization's mail looks like, and what would become of it. Sends nothing, and needs no ledger. */
export async function mailPreview(options: PreviewOptions, context: Context): Promise<number> {
  const { config, organization, out } = options;
  const run = await readRun(options.run);
  const known = run.summary.organizations.map(({ name }) => name);
  const settings = mailSettings(config.mail);
  if (!known.includes(organization) && !(organization in settings.organizations)) {
    throw new UsageError(`the run ${basename(options.run)} has no organization ${organization}`, {
      hint: `it has ${known.slice(0, 10).join(", ")}${known.length > 10 ? " and more" : ""}`,
    });
  }
  const request: PlanRequest = {
    summary: run.summary,
    schedule: options.schedule,
    organizations: [organization],
    emails: undefined,
    settings: { ...settings, from: settings.from ?? NO_SENDER },
    render: loadTemplates(config.templates),
    now: context.now() * 1000,
    provisionalUntil: provisionalUntil(run.summary, config.limits.settleHours * HOUR),
    history: async () => [],
    summaryCsv: (name) => run.summaryCsv(name),
  };
  const planned = await planMail(request, organization);
  const mail = await renderMail(request, {
    organization,
    figures: planned.figures as Figures,
    to: planned.recipients,
    redirected: settings.redirectAllTo !== undefined,
  });
  const name = join(out, organizationFolder(organization));
  await writeFileAtomically(`${name}.eml`, mail.message, { now: context.now });
  await writeFileAtomically(`${name}.html`, mail.html, { now: context.now });
  const to = planned.recipients.length === 0 ? "nobody" : planned.recipients.join(", ");
  context.stdout.write(
    `Subject: ${mail.subject}\nTo: ${to}\nWould be ${planned.state}${planned.reason ? `: ${planned.reason}` : ""}\n` +
      `Written: ${name}.eml, ${name}.html\n\n${mail.text}`,
  );
  return 0;
}

export interface SendOptions {
  config: Config;
  connection: ConnectionSources;
  run: string;
  organizations: readonly string[];
  schedule: string;
  redirectAllTo: string | undefined;
  dryRun: boolean;
}

/** The command `mail send`: plans the mails of a finished run and sends them; those that were sent are not sent again. */
export async function mailSend(options: SendOptions, context: Context): Promise<number> {
  const { config, organizations } = options;
  const settings = withSender(mailSettings(config.mail, options.redirectAllTo));
  const server = options.dryRun ? undefined : smtpServer(smtpSettings(context.env));
  const run = await readRun(options.run);
  const { ok, faults } = await verifyFolder(options.run, { signal: context.signal });
  if (!ok) {
    throw new CheckError(`the run ${options.run} is not as it was written: ${faults[0]?.path}: ${faults[0]?.message}`, {
      hint: `see all with \`lineage-report verify ${options.run}\``,
    });
  }
  const render = loadTemplates(config.templates);
  const now = context.now() * 1000;
  const schedule = mailSchedule(options.schedule, settings);
  const shared = { settings, render, now, schedule, emails: undefined, organizations };
  return withLedger(ledgerSettings(options.connection), async (session) => {
    const ledger = new MailLedger(session);
    const until = provisionalUntil(run.summary, config.limits.settleHours * HOUR);
    const request = { ...shared, run, ledger, provisionalUntil: until };
    if (server === undefined) {
      await printDryRun(request, context);
      return 0;
    }
    const added = await planRunMails(request);
    context.stderr.write(`lineage-report: ${added} new mails\n`);
    const deliverAll = () =>
      deliver({
        ledger,
        server,
        settings,
        signal: context.signal,
        onSent: (mail, { state, reply, reason }) =>
          void context.stdout.write(`${mail.organization || "operators"}  ${state}  ${reason ?? reply}\n`),
      });
    await deliverAll();
    context.signal.throwIfAborted();
    if (organizations.length === 0) {
      await planOperatorsMail(request);
      await deliverAll();
    }
    const { from, to } = run.summary.window;
    const window = { from: parseInstant(from) as Micros, to: parseInstant(to) as Micros };
    const mails = (await ledger.ofWindow(schedule, window)).filter(
      (mail) => organizations.length === 0 || organizations.includes(mail.organization),
    );
    const open = mails.filter(({ state }) => state !== "accepted" && state !== "skipped");
    for (const mail of open) context.stdout.write(`${line(mail)}\n`);
    return open.length === 0 ? 0 : 3;
  });
}

async function printDryRun(request: RunMailsRequest, context: Context): Promise<void> {
  for await (const { organization, state, reason, recipients, subject } of plannedMails(request)) {
    const to = recipients.length === 0 ? "nobody" : recipients.join(", ");
    context.stdout.write(`${organization}  ${state}  ${to}  ${subject}${reason ? `  (${reason})` : ""}\n`);
  }
}

export interface MailListOptions {
  connection: ConnectionSources;
  states: readonly MailState[];
  organization: string | undefined;
  count: number;
  json: boolean;
}

/** The command `mail list`. */
export async function mailList(options: MailListOptions, context: Context): Promise<number> {
  const { states, organization, count, json } = options;
  const mails = await withLedger(
    ledgerSettings(options.connection),
    (session) => new MailLedger(session).list({ ...(states.length > 0 ? { states } : {}), organization, limit: count }),
    context.signal,
  );
  if (json) {
    const rows = mails.map(({ window, plannedAt, nextAttemptAt, endedAt, ...rest }) => ({
      ...rest,
      window: { from: formatInstant(window.from), to: formatInstant(window.to), timeZone: window.timeZone },
      plannedAt: formatInstant(plannedAt),
      nextAttemptAt: formatInstant(nextAttemptAt),
      endedAt: endedAt === null ? null : formatInstant(endedAt),
    }));
    context.stdout.write(`${JSON.stringify({ mails: rows })}\n`);
    return 0;
  }
  for (const mail of mails) context.stdout.write(`${line(mail)}\n`);
  if (mails.length === 0) context.stdout.write("no such mail\n");
  return 0;
}

function line(mail: ListedMail): string {
  const whose = mail.organization === "" ? "operators" : mail.organization;
  const again =
    mail.state === "planned" && mail.attempts > 0 ? `; again from ${formatInstant(mail.nextAttemptAt)}` : "";
  const why = [mail.reason, mail.reply].filter(Boolean).join("; ");
  return `${mail.mailId}  ${mail.state}  ${whose}  ${mail.schedule}  ${describeWindow(mail.window)}${why ? `  ${why}` : ""}${again}`;
}

export interface ChangeOptions {
  connection: ConnectionSources;
  mails: readonly string[];
  change: "release" | "discard" | { resolve: "accepted" | "refused" | "again" };
}

/** The commands `mail release`, `mail discard` and `mail resolve`. */
export async function mailChange({ connection, mails, change }: ChangeOptions, context: Context): Promise<number> {
  const ids = mails.map(mailNumber);
  const changed = await withLedger(
    ledgerSettings(connection),
    (session) => {
      const ledger = new MailLedger(session);
      if (change === "release") return ledger.release(ids);
      return change === "discard" ? ledger.discard(ids) : ledger.resolve(ids, change.resolve);
    },
    context.signal,
  );
  const what =
    typeof change === "string" ? `${change}${change === "discard" ? "ed" : "d"}` : `resolved as ${change.resolve}`;
  for (const id of changed) context.stdout.write(`${id}  ${what}\n`);
  const others = ids.filter((id) => !changed.includes(id));
  const needed = typeof change === "string" ? "held" : "unknown";
  for (const id of others) context.stderr.write(`lineage-report: mail ${id} is not ${needed}, and stays as it is\n`);
  if (others.length === 0) return 0;
  return changed.length > 0 ? 3 : 1;
}

function mailNumber(text: string): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(id)) return id;
  throw new UsageError(`${text} is not the number of a mail`, { hint: "`lineage-report mail list` shows them" });
}
