import pg from "pg";
import { ConnectError, InterruptedError } from "../errors.ts";
import { type ConnectionSettings, describeSettings } from "./connection-settings.ts";
import { connectFailure, errorCode } from "./database-errors.ts";
import { hearOut } from "./hear-out.ts";
import { Session } from "./session.ts";

export interface SessionOptions {
  /** Shown in pg_stat_activity, with the run's id where there is one; cut to 63 bytes by the server. PGAPPNAME replaces it. */
  applicationName: string;
  /** Whether transactions are read-only unless they say otherwise; true unless set. */
  readOnly?: boolean | undefined;
  /** How long one statement may take, its streaming included; 0 for no limit. */
  statementTimeoutMs?: number | undefined;
  lockTimeoutMs?: number | undefined;
  /** How long a transaction may wait for this program. */
  idleInTransactionTimeoutMs?: number | undefined;
  /** How long the server may be silent while it owes an answer, before the connection counts as dead (a half-open socket). */
  readTimeoutMs?: number | undefined;
  /** Ends the session, the running statement on the server included. */
  signal?: AbortSignal | undefined;
}

export const SESSION_DEFAULTS = {
  statementTimeoutMs: 30 * 60_000,
  lockTimeoutMs: 30_000,
  idleInTransactionTimeoutMs: 10 * 60_000,
  readTimeoutMs: 5 * 60_000,
} as const;

const KEEPALIVE_AFTER_MS = 30_000;

/** What every session sets, so that values are printed in one way whatever the server's or the role's own defaults. */
const UNIFORM = [
  ["client_encoding", "UTF8"],
  ["TimeZone", "UTC"],
  ["DateStyle", "ISO, YMD"],
  ["IntervalStyle", "iso_8601"],
  ["bytea_output", "hex"],
  ["extra_float_digits", "1"],
  ["standard_conforming_strings", "on"],
  // Compiling pays for itself in no query of this program, and costs up to a second.
  ["jit", "off"],
] as const;

/**
 * Opens a session with uniform settings.
 *
 * @throws ConnectError or ConfigError with what to do about it, InterruptedError when the signal is aborted
 */
export async function connect(settings: ConnectionSettings, options: SessionOptions): Promise<Session> {
  const client = await login(settings, options);
  const session = new Session(client, settings, {
    encrypted: "encrypted" in (client as unknown as { connection: { stream: object } }).connection.stream,
    readTimeoutMs: options.readTimeoutMs ?? SESSION_DEFAULTS.readTimeoutMs,
    signal: options.signal,
  });
  hearOut(session.socket);
  try {
    await session.command(sessionStatements(options), { what: "setting up the session" });
    await watchForLostClient(session);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function login(settings: ConnectionSettings, options: SessionOptions): Promise<pg.Client> {
  const { tls, plainAllowed } = settings.encryption;
  try {
    return await loginOnce(settings, options, tls !== undefined);
  } catch (error) {
    const refused = error instanceof Error && error.message === "The server does not support SSL connections";
    if (!(tls !== undefined && plainAllowed && refused))
      throw options.signal?.aborted ? interrupted() : connectFailure(error, settings);
  }
  try {
    return await loginOnce(settings, options, false);
  } catch (error) {
    throw options.signal?.aborted ? interrupted() : connectFailure(error, settings);
  }
}

async function loginOnce(settings: ConnectionSettings, options: SessionOptions, encrypt: boolean): Promise<pg.Client> {
  const { signal } = options;
  if (signal?.aborted) throw interrupted();
  const client = new pg.Client({
    host: settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    // A function, because pg would look for a missing password in the process's own environment.
    password: () => passwordFor(settings),
    ssl: encrypt ? settings.encryption.tls : false,
    application_name: settings.applicationName ?? options.applicationName,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
  });
  // pg would take a missing value from the process's own environment.
  Object.assign((client as unknown as { connectionParameters: object }).connectionParameters, {
    options: settings.options,
  });
  const ignore = (): void => undefined;
  client.on("error", ignore);
  const socket = (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream;
  const onAbort = (): void => socket.destroy();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await client.connect();
    return client;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

function passwordFor(settings: ConnectionSettings): string {
  const password = settings.password?.reveal();
  if (password === undefined || password === "") {
    throw new ConnectError(
      `cannot connect to the ${describeSettings(settings)}: the server asks for a password and none is given`,
      {
        hint: ["set PGPASSWORD, or write a password file (PGPASSFILE, ~/.pgpass)", ...settings.warnings].join("; "),
      },
    );
  }
  return password;
}

function sessionStatements(options: SessionOptions): string {
  const limits = [
    ["statement_timeout", options.statementTimeoutMs ?? SESSION_DEFAULTS.statementTimeoutMs],
    ["lock_timeout", options.lockTimeoutMs ?? SESSION_DEFAULTS.lockTimeoutMs],
    [
      "idle_in_transaction_session_timeout",
      options.idleInTransactionTimeoutMs ?? SESSION_DEFAULTS.idleInTransactionTimeoutMs,
    ],
  ] as const;
  const readOnly = [["default_transaction_read_only", options.readOnly === false ? "off" : "on"]] as const;
  return [...UNIFORM, ...readOnly, ...limits.map(([name, ms]) => [name, String(Math.ceil(ms))] as const)]
    .map(([name, value]) => `set ${name} = ${pg.escapeLiteral(value)}`)
    .join("; ");
}

/** Lets the server notice within seconds that this program is gone, where its system can; else it would finish a long statement first. */
async function watchForLostClient(session: Session): Promise<void> {
  try {
    await session.command("set client_connection_check_interval = '5s'", { what: "setting up the session" });
  } catch (error) {
    const code = errorCode(error);
    // Not known before Postgres 14; refused where the server's system cannot do it.
    if (code !== "42704" && code !== "22023") throw error;
  }
}

function interrupted(): InterruptedError {
  return new InterruptedError("interrupted while connecting to the database");
}
