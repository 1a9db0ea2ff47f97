import { ConfigError, ConnectError, QueryError, ReportError } from "../errors.ts";
import { type ConnectionSettings, describeSettings } from "./connection-settings.ts";
import * as state from "./sqlstate.ts";

/** What was asked of the database when it answered with an error. */
export interface StatementContext {
  /** The query's name or what the statement is for: `query "submissions"`. */
  what: string;
  /** The query's file, for errors in its text. */
  file?: string | undefined;
  /** Line of the file for a position (from 1) in the statement as it was sent. */
  lineOf?: ((position: number) => number | undefined) | undefined;
}

interface ServerError extends Error {
  code?: string;
  severity?: string;
  position?: string;
  detail?: string;
  hint?: string;
  table?: string;
  schema?: string;
  column?: string;
  constraint?: string;
}

/** What helps where a replica's replay and a long snapshot are in each other's way. */
const REPLICA_CONFLICT =
  "run it again, read from the primary, or set hot_standby_feedback or a longer max_standby_streaming_delay on the replica";

/** The SQLSTATE or errno of an error, or that of the error behind it. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown; cause?: unknown };
  if (typeof code === "string") return code;
  // A host with several addresses fails with an AggregateError, one error an address.
  if (Array.isArray(errors) && errors.length > 0) return errorCode(errors[0]);
  return cause === undefined ? undefined : errorCode(cause);
}

/** True when the session is gone and nothing more can be asked of it. */
export function endsSession(error: unknown): boolean {
  const code = errorCode(error) ?? "";
  const { severity, message } = error as ServerError;
  return (
    severity === "FATAL" ||
    severity === "PANIC" ||
    state.SESSION_ENDED.has(code) ||
    state.CONNECTION_LOST.has(code) ||
    code.startsWith("08") ||
    /^Connection terminated/.test(message ?? "")
  );
}

/**
 * An error of connecting as one that a person can act on.
 *
 * @returns ConnectError, or ConfigError where the settings themselves are at fault
 */
export function connectFailure(error: unknown, settings: ConnectionSettings): ReportError {
  if (error instanceof ReportError) return error;
  const code = errorCode(error) ?? "";
  const message = messageOf(error);
  const place = describeSettings(settings);
  const fail = (what: string, hint: string): ReportError =>
    new ConnectError(`cannot connect to the ${place}: ${what}`, { hint: withWarnings(hint, settings), cause: error });

  if (code === "ECONNREFUSED") {
    return fail("the connection was refused", `is the server running, and are host and port right? (${settings.from})`);
  }
  if (code === "ENOENT" && settings.host.startsWith("/")) {
    return fail("there is no server socket in that folder", "is the server running? Else set PGHOST to its host");
  }
  if (state.HOST_UNKNOWN.has(code)) {
    return fail(`the host "${settings.host}" is not known`, `correct the host (${settings.from}), or look at the DNS`);
  }
  if (state.HOST_UNREACHABLE.has(code)) {
    return fail(`the host cannot be reached (${code})`, "look at the network, the firewall and the address");
  }
  if (code === "ETIMEDOUT" || message === "timeout expired") {
    return fail(
      `no answer within ${settings.connectTimeoutMs / 1000} s`,
      "look at the network and the firewall, or raise PGCONNECT_TIMEOUT",
    );
  }
  if (state.LOGIN_REFUSED.has(code)) {
    return fail(
      `the server refused the login (${message})`,
      "correct the user and the password (PGPASSWORD, PGPASSFILE or ~/.pgpass), or let the server's pg_hba.conf allow it",
    );
  }
  if (code === state.DATABASE_MISSING) {
    return fail(`there is no such database`, `correct the database's name (${settings.from}, PGDATABASE)`);
  }
  if (code === state.TOO_MANY_CONNECTIONS) {
    return fail("the server has no connection left", "try again later, or raise its max_connections");
  }
  if (state.NOT_READY.has(code)) {
    return fail(`the server is not ready (${message})`, "try again in a moment");
  }
  if (code === state.INSUFFICIENT_PRIVILEGE) {
    return fail(
      `"${settings.user}" may not connect (${message})`,
      `grant connect on database "${settings.database}" to it`,
    );
  }
  if (message === "The server does not support SSL connections") {
    return fail(
      `the server does not speak TLS, and sslmode is ${settings.encryption.mode}`,
      "switch TLS on at the server; sslmode=prefer (PGSSLMODE) goes on without",
    );
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
    return fail(
      `its certificate is not accepted (${code})`,
      "name the authority in sslrootcert (PGSSLROOTCERT), or choose another sslmode",
    );
  }
  if (state.CONNECTION_LOST.has(code) || /^Connection terminated/.test(message)) {
    return fail(
      "the connection was closed before the login was done",
      "look at the server's log; is this a Postgres server?",
    );
  }
  if (code.startsWith("22") || code.startsWith("42")) {
    return new ConfigError(`the ${place} refuses the session's options: ${message}`, {
      hint: "correct PGOPTIONS, or the options in the address",
      cause: error,
    });
  }
  return fail(message, "look at the server's log and at the connection's settings");
}

/**
 * An error of a statement, or of the session under it, as one that a person can act on.
 *
 * @returns ConnectError when the session is gone, else QueryError that names the query, its file and line
 */
export function statementFailure(
  error: unknown,
  context: StatementContext,
  settings: ConnectionSettings,
  role: string = settings.user,
): ReportError {
  if (error instanceof ReportError) return error;
  const code = errorCode(error) ?? "";
  const message = messageOf(error);
  const server = error as ServerError;
  const place = placeOf(server, context);
  const fail = (what: string, hint: string): ReportError =>
    new QueryError(`${context.what} failed${place}: ${what}`, { hint, cause: error });

  if (code === state.IDLE_IN_TRANSACTION) {
    return new ConnectError(
      `the server ended the session because its transaction was idle too long (${context.what})`,
      {
        hint: "raise idle_in_transaction_session_timeout, or see why this host was so slow",
        cause: error,
      },
    );
  }
  if (endsSession(error)) return sessionLost(error, settings, context.what);
  switch (code) {
    case state.INSUFFICIENT_PRIVILEGE:
      return fail(message, grantHint(message, role));
    case state.QUERY_CANCELED:
      return /statement timeout/.test(message)
        ? fail(
            "it took longer than the statement timeout allows",
            "raise the statement timeout, or ask for less at once",
          )
        : fail(
            `it was canceled (${message})`,
            "somebody, or a recovery conflict on a replica, canceled it; run it again",
          );
    case state.LOCK_NOT_AVAILABLE:
      return fail("a lock was not free in time", "a migration may hold the table; run it again when it is done");
    case state.SERIALIZATION_FAILURE:
      return fail(`the replica had to drop rows that this snapshot needs (${message})`, REPLICA_CONFLICT);
    case state.READ_ONLY_TRANSACTION:
      return fail(`it tries to write (${message})`, "queries may only read; take the write out of the query");
    case state.TRANSACTION_ABORTED:
      return fail("an earlier statement of this snapshot failed", "look at the first error");
    case state.DISK_FULL:
    case state.OUT_OF_MEMORY:
      return fail(message, "the server ran out of space or memory; ask for less at once, or look at the server");
  }
  if (state.SCHEMA_MISMATCH.has(code)) {
    return fail(
      message,
      server.hint ??
        "the query does not fit this database's schema: correct the query, or the search_path; `doctor` checks them all",
    );
  }
  return fail(
    code === "" ? message : `${message} (SQLSTATE ${code})`,
    server.hint ?? "correct the query or its parameters",
  );
}

/** The session ended under the program's hands. */
export function sessionLost(error: unknown, settings: ConnectionSettings, during?: string): ReportError {
  if (error instanceof ReportError) return error;
  const code = errorCode(error);
  const message = messageOf(error);
  if (code === state.SERIALIZATION_FAILURE) {
    return new ConnectError(
      `the replica ended the session${during === undefined ? "" : ` during ${during}`}, since it had to drop rows that the snapshot needs (${message})`,
      { hint: `nothing was published; ${REPLICA_CONFLICT}`, cause: error },
    );
  }
  const server = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
  const cause = server
    ? `the server said: ${message} (SQLSTATE ${code})`
    : code === undefined || message.includes(code)
      ? message
      : `${message} (${code})`;
  return new ConnectError(
    `the connection to the ${describeSettings(settings)} was lost${during === undefined ? "" : ` during ${during}`}: ${cause}`,
    { hint: "nothing was published; look at the server's log and run again", cause: error },
  );
}

function grantHint(message: string, role: string): string {
  const object =
    /permission denied for (?:(table|view|materialized view|foreign table|relation) |(schema) |(function) )"?([^"]+)"?/.exec(
      message,
    );
  if (object?.[2]) return `grant usage on schema ${object[4]} to "${role}"`;
  if (object?.[3]) return `grant execute on function ${object[4]} to "${role}"`;
  return `grant select on ${object?.[4] ?? "what the message names"} to "${role}"`;
}

function placeOf(error: ServerError, context: StatementContext): string {
  if (context.file === undefined) return "";
  const position = Number(error.position);
  const line = Number.isInteger(position) && position > 0 ? context.lineOf?.(position) : undefined;
  return line === undefined ? ` (${context.file})` : ` (${context.file}:${line})`;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== "") return error.message;
  return error instanceof AggregateError && error.errors.length > 0
    ? messageOf(error.errors[0])
    : (errorCode(error) ?? error.name);
}

function withWarnings(hint: string, settings: ConnectionSettings): string {
  return [hint, ...settings.warnings].join("; ");
}
