import { ConfigError, ReportError } from "../errors.ts";
import { connect } from "../source/connection.ts";
import { type ConnectionSettings, connectionSettings, describeSettings } from "../source/connection-settings.ts";
import { errorCode } from "../source/database-errors.ts";
import type { Session } from "../source/session.ts";
import { INSUFFICIENT_PRIVILEGE } from "../source/sqlstate.ts";
import { LEDGER_VERSION } from "./schema.ts";

export interface LedgerSources {
  /** From `--database-url`. */
  databaseUrl?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Where the ledger is: LEDGER_URL, else the source database.
 *
 * @throws ConfigError for what cannot be read
 */
export function ledgerSettings({ databaseUrl, env }: LedgerSources): ConnectionSettings {
  const url = env.LEDGER_URL === "" ? undefined : env.LEDGER_URL;
  if (url === undefined) return connectionSettings({ databaseUrl, env });
  return { ...connectionSettings({ databaseUrl: url, env: { ...env, DATABASE_URL: undefined } }), from: "LEDGER_URL" };
}

/** No statement of the ledger does more than look up and change a few rows by key. */
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * A session on the ledger, for as long as it takes to take or tell something: a run never keeps one open beside its
 * snapshot.
 *
 * @throws ConfigError when there is no ledger, or one of another version; ConnectError; InterruptedError
 */
export async function openLedger(settings: ConnectionSettings, signal?: AbortSignal): Promise<Session> {
  const session = await connect(settings, {
    applicationName: "lineage-report ledger",
    readOnly: false,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: 10_000,
    readTimeoutMs: 60_000,
    signal,
  });
  try {
    await checkVersion(session);
    return session;
  } catch (error) {
    await session.close();
    throw explain(error, settings);
  }
}

/** Opens the ledger, works, and closes it in any case. */
export async function withLedger<T>(
  settings: ConnectionSettings,
  work: (session: Session) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const session = await openLedger(settings, signal);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function checkVersion(session: Session): Promise<void> {
  const context = { what: "opening the ledger" };
  const { rows: there } = await session.query("select to_regclass('lineage_report.ledger') is not null", [], context);
  if (there[0]?.[0] !== true) {
    throw new ConfigError(`there is no ledger in the ${describeSettings(session.settings)}`, {
      hint: "make it once with `lineage-report ledger init`; LEDGER_URL names another database for it",
    });
  }
  const { rows } = await session.query("select max(version) from lineage_report.ledger", [], context);
  const version = Number(rows[0]?.[0] ?? 0);
  if (version !== LEDGER_VERSION) {
    throw new ConfigError(
      `the ledger is of version ${version}, and this program works with version ${LEDGER_VERSION}`,
      {
        hint: version > LEDGER_VERSION ? "update the program" : "run `lineage-report ledger init`",
      },
    );
  }
}

function explain(error: unknown, settings: ConnectionSettings): unknown {
  if (errorCode(error instanceof ReportError ? error.cause : error) !== INSUFFICIENT_PRIVILEGE) return error;
  return new ConfigError(`the role "${settings.user}" may not use the ledger in the ${describeSettings(settings)}`, {
    hint: "grant it what deploy/ledger-role.sql says",
    cause: error,
  });
}
