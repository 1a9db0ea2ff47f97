import { ConfigError, ReportError } from "../errors.ts";
import { connect } from "../source/connection.ts";
import { type ConnectionSettings, describeSettings } from "../source/connection-settings.ts";
import { errorCode } from "../source/database-errors.ts";
import { INSUFFICIENT_PRIVILEGE, READ_ONLY_TRANSACTION } from "../source/sqlstate.ts";

/** Raised with each change of the tables. */
export const LEDGER_VERSION = 1;

/** Any number that nobody else is likely to lock: "lineage-report" in a way. */
const INIT_LOCK = 5_461_273_324;

/**
 * Claims and mail states. Each key is unique, so that of two processes that want the same one the
 * second finds it taken; every change of state is one statement.
 */
const DDL = `
create schema if not exists lineage_report;

create table if not exists lineage_report.ledger (
  version integer primary key,
  created_at timestamptz not null default now()
);

-- What is decided of each schedule: every due time up to considered_until has its row in run.
create table if not exists lineage_report.schedule (
  name text primary key,
  considered_until timestamptz,
  busy_until timestamptz
);

create table if not exists lineage_report.run (
  run_id bigint generated always as identity primary key,
  schedule text not null references lineage_report.schedule,
  due_at timestamptz not null,
  start_at timestamptz not null,
  window_from timestamptz not null,
  window_to timestamptz not null,
  time_zone text not null,
  state text not null check (state in ('planned', 'running', 'done', 'failed', 'interrupted', 'skipped')),
  reason text,
  attempts integer not null default 0,
  holder text,
  claimed_at timestamptz,
  lease_until timestamptz,
  ended_at timestamptz,
  provisional boolean,
  folder text,
  unique (schedule, due_at)
);
create index if not exists run_open on lineage_report.run (schedule, due_at)
  where state in ('planned', 'running', 'failed', 'interrupted');
create index if not exists run_ended on lineage_report.run (schedule, ended_at);

create table if not exists lineage_report.mail (
  mail_id bigint generated always as identity primary key,
  kind text not null check (kind in ('organization', 'operators', 'notice')),
  schedule text not null,
  window_from timestamptz not null,
  window_to timestamptz not null,
  time_zone text not null,
  organization text not null,
  message_id text not null unique,
  state text not null
    check (state in ('planned', 'sending', 'accepted', 'refused', 'unknown', 'held', 'skipped')),
  reason text,
  sender text not null,
  recipients text[] not null,
  subject text not null,
  -- The very bytes to send; emptied once there is nothing more to send.
  message bytea,
  -- The same without attachment, for a server that takes no more.
  smaller bytea,
  message_sha256 text not null,
  message_bytes integer not null,
  figures jsonb not null,
  attempts integer not null default 0,
  holder text,
  phase text,
  reply text,
  -- Of several recipients, those that are done with, so that none gets it twice.
  accepted_recipients text[] not null default '{}',
  refused_recipients text[] not null default '{}',
  planned_at timestamptz not null default now(),
  next_attempt_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  unique (schedule, window_from, window_to, kind, organization)
);
create index if not exists mail_open on lineage_report.mail (next_attempt_at) where state in ('planned', 'sending');

-- What happened to each mail, never changed: who was sent what, when, and what the server said.
create table if not exists lineage_report.mail_event (
  mail_id bigint not null references lineage_report.mail,
  at timestamptz not null default clock_timestamp(),
  state text not null,
  phase text,
  reply text,
  reason text
);
create index if not exists mail_event_mail on lineage_report.mail_event (mail_id, at);

insert into lineage_report.ledger (version) values (${LEDGER_VERSION}) on conflict do nothing;
`;

/** The statements of `ledger init`, for whoever has to run them as somebody else. */
export function ledgerSql(): string {
  return DDL.trimStart();
}

/**
 * Makes the ledger's schema and tables, or leaves them as they are.
 *
 * @returns whether there was none before
 * @throws ConfigError where the role or the server may not, ConnectError
 */
export async function initLedger(settings: ConnectionSettings): Promise<boolean> {
  const session = await connect(settings, { applicationName: "lineage-report ledger init", readOnly: false });
  const context = { what: "making the ledger" };
  try {
    await session.command("begin", context);
    await session.command(`select pg_advisory_xact_lock(${INIT_LOCK})`, context);
    const { rows } = await session.query("select to_regclass('lineage_report.ledger') is null", [], context);
    await session.command(DDL, context);
    await session.command("commit", context);
    return rows[0]?.[0] === true;
  } catch (error) {
    throw explain(error, settings);
  } finally {
    await session.close();
  }
}

function explain(error: unknown, settings: ConnectionSettings): unknown {
  const code = errorCode(error instanceof ReportError ? error.cause : error);
  if (code === INSUFFICIENT_PRIVILEGE) {
    return new ConfigError(`the role "${settings.user}" may not make a schema in the ${describeSettings(settings)}`, {
      hint:
        `run \`lineage-report ledger init --sql\` and what it prints as the database's owner, then grant the role what ` +
        "deploy/ledger-role.sql says; or set LEDGER_URL to another database",
      cause: error,
    });
  }
  if (code === READ_ONLY_TRANSACTION) {
    return new ConfigError(`the ${describeSettings(settings)} takes no changes: it is a read replica`, {
      hint: "set LEDGER_URL to the primary or to any other Postgres database, and run it again",
      cause: error,
    });
  }
  return error;
}
