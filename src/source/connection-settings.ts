import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { ConfigError } from "../errors.ts";
import { type ConnectionKeywords, parseConnectionUrl } from "./connection-url.ts";
import { passwordFromFile } from "./password-file.ts";
import { Secret } from "./secret.ts";
import { serviceKeywords } from "./service-file.ts";

/** How the connection is encrypted. */
export interface EncryptionSettings {
  /** libpq's word: disable, allow, prefer, require, verify-ca, verify-full. */
  mode: SslMode;
  /** For TLS; undefined when the connection is plain. */
  tls: ConnectionOptions | undefined;
  /** A server without TLS is taken as it is (prefer, allow). */
  plainAllowed: boolean;
}

export const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** Where and as whom to connect. Printing it shows no secret. */
export interface ConnectionSettings {
  /** A name, an address, or the folder of a socket (starts with `/`). */
  host: string;
  port: number;
  database: string;
  user: string;
  password: Secret | undefined;
  encryption: EncryptionSettings;
  /** The server's own command line options, as PGOPTIONS writes them. */
  options: string | undefined;
  /** PGAPPNAME: replaces the name that the program gives itself. */
  applicationName: string | undefined;
  connectTimeoutMs: number;
  /** What the settings came from, for messages: `--database-url`, `DATABASE_URL` or `the PG variables`. */
  from: string;
  /** Things a person should know, such as a password file that was not used. */
  warnings: readonly string[];
}

export interface SettingsSources {
  /** From `--database-url`. */
  databaseUrl?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

const SOCKET_FOLDERS = ["/var/run/postgresql", "/tmp"];
const DEFAULT_CONNECT_TIMEOUT_S = 15;

/**
 * Resolves where to connect: the flag, then DATABASE_URL, then a service, then libpq's variables, each filling what the
 * earlier ones left open, then libpq's defaults. The password comes from the same sources, then from PGPASSFILE or ~/.pgpass.
 *
 * @throws ConfigError for anything unreadable, all faults at once, never repeating a value that may be secret
 */
export function connectionSettings({ databaseUrl, env }: SettingsSources): ConnectionSettings {
  const url = databaseUrl ?? nonEmpty(env.DATABASE_URL);
  const from =
    databaseUrl !== undefined ? "--database-url" : url !== undefined ? "DATABASE_URL" : "the PG* environment variables";
  const home = nonEmpty(env.HOME) ?? nonEmpty(env.USERPROFILE);
  const service = nonEmpty(env.PGSERVICE);
  const merged: ConnectionKeywords = {
    ...environmentKeywords(env),
    ...(service ? serviceKeywords(nonEmpty(env.PGSERVICEFILE) ?? join(home ?? "", ".pg_service.conf"), service) : {}),
    ...(url === undefined ? {} : parseConnectionUrl(url, from)),
  };

  const faults: string[] = [];
  const port = Number(merged.port ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) faults.push(`the port "${merged.port}" is not 1 to 65535`);
  const host = merged.host ?? SOCKET_FOLDERS.find((folder) => existsSync(`${folder}/.s.PGSQL.${port}`)) ?? "localhost";
  if (host.includes(",") || merged.port?.includes(",")) faults.push("several hosts are given; name the one to use");
  const user = merged.user ?? nonEmpty(env.USER) ?? nonEmpty(env.LOGNAME);
  if (user === undefined) faults.push("no user is given; set PGUSER or put it into the address");
  const timeout = Number(merged.connect_timeout ?? DEFAULT_CONNECT_TIMEOUT_S);
  if (!Number.isFinite(timeout) || timeout < 0) faults.push("the connect timeout is not a number of seconds");
  const sslmode = merged.sslmode ?? (merged.sslrootcert === "system" ? "verify-full" : "prefer");
  if (!isSslMode(sslmode)) faults.push(`sslmode "${sslmode}" is none of ${SSL_MODES.join(", ")}`);
  if (faults.length > 0 || user === undefined || !isSslMode(sslmode)) {
    throw new ConfigError(`the database connection (${from}) cannot be used: ${faults.join("; ")}`, {
      hint: "give --database-url postgres://user@host:5432/database, DATABASE_URL, or PGHOST, PGPORT, PGUSER and PGDATABASE",
    });
  }

  const database = merged.dbname ?? user;
  const warnings: string[] = [];
  let password = merged.password;
  if (password === undefined) {
    const file = nonEmpty(env.PGPASSFILE) ?? (home === undefined ? undefined : join(home, ".pgpass"));
    const answer = file === undefined ? undefined : passwordFromFile(file, { host, port, database, user });
    password = answer?.password;
    if (answer?.warning) warnings.push(answer.warning);
  }
  return {
    host,
    port,
    database,
    user,
    password: password === undefined ? undefined : new Secret(password),
    encryption: encryption(sslmode, merged, host, home),
    options: merged.options,
    applicationName: merged.application_name,
    connectTimeoutMs: timeout * 1000,
    from,
    warnings,
  };
}

/** `"reports" on db.example.org:5432 as "reader"`: for messages and manifests; without any secret. */
export function describeSettings(settings: ConnectionSettings): string {
  const place = settings.host.startsWith("/")
    ? `${settings.host}/.s.PGSQL.${settings.port}`
    : `${settings.host}:${settings.port}`;
  return `database "${settings.database}" on ${place} as "${settings.user}"`;
}

function environmentKeywords(env: SettingsSources["env"]): ConnectionKeywords {
  const pairs: [keyof ConnectionKeywords, string | undefined][] = [
    ["host", nonEmpty(env.PGHOST) ?? nonEmpty(env.PGHOSTADDR)],
    ["port", nonEmpty(env.PGPORT)],
    ["dbname", nonEmpty(env.PGDATABASE)],
    ["user", nonEmpty(env.PGUSER)],
    ["password", nonEmpty(env.PGPASSWORD)],
    ["sslmode", nonEmpty(env.PGSSLMODE)],
    ["sslrootcert", nonEmpty(env.PGSSLROOTCERT)],
    ["sslcert", nonEmpty(env.PGSSLCERT)],
    ["sslkey", nonEmpty(env.PGSSLKEY)],
    ["options", nonEmpty(env.PGOPTIONS)],
    ["application_name", nonEmpty(env.PGAPPNAME)],
    ["connect_timeout", nonEmpty(env.PGCONNECT_TIMEOUT)],
  ];
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/**
 * libpq's modes: `require` encrypts and checks the certificate only where a root certificate is at hand, `verify-ca` always
 * checks it, `verify-full` checks the host's name too. `allow` is treated as `prefer`.
 */
function encryption(
  mode: SslMode,
  keywords: ConnectionKeywords,
  host: string,
  home: string | undefined,
): EncryptionSettings {
  if (mode === "disable" || host.startsWith("/")) return { mode, tls: undefined, plainAllowed: true };
  const system = keywords.sslrootcert === "system";
  const defaultRoot = home === undefined ? undefined : join(home, ".postgresql", "root.crt");
  const rootFile =
    keywords.sslrootcert ?? (defaultRoot !== undefined && existsSync(defaultRoot) ? defaultRoot : undefined);
  const verify =
    mode === "verify-full" || mode === "verify-ca" || (mode === "require" && rootFile !== undefined && !system);
  const tls: ConnectionOptions = { rejectUnauthorized: verify };
  if (verify && rootFile !== undefined && !system) tls.ca = readCertificate(rootFile, "sslrootcert");
  if (verify && mode !== "verify-full") tls.checkServerIdentity = () => undefined;
  if (keywords.sslcert !== undefined) tls.cert = readCertificate(keywords.sslcert, "sslcert");
  if (keywords.sslkey !== undefined) {
    // Not enumerable, so that printing the settings does not print the key.
    Object.defineProperty(tls, "key", { value: readCertificate(keywords.sslkey, "sslkey"), enumerable: false });
  }
  return { mode, tls, plainAllowed: mode === "prefer" || mode === "allow" };
}

function readCertificate(file: string, keyword: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(
      `${keyword} names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"})`,
      { hint: `correct the path in ${keyword} or PG${keyword.toUpperCase()}` },
    );
  }
}

function isSslMode(text: string): text is SslMode {
  return (SSL_MODES as readonly string[]).includes(text);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
