import { ConfigError } from "../errors.ts";

/** What libpq calls connection parameters, by libpq's own keywords. */
export interface ConnectionKeywords {
  host?: string;
  port?: string;
  dbname?: string;
  user?: string;
  password?: string;
  sslmode?: string;
  sslrootcert?: string;
  sslcert?: string;
  sslkey?: string;
  options?: string;
  application_name?: string;
  connect_timeout?: string;
}

const KEYWORDS: ReadonlySet<string> = new Set<keyof ConnectionKeywords>([
  "host",
  "port",
  "dbname",
  "user",
  "password",
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "options",
  "application_name",
  "connect_timeout",
]);

/** Keywords that libpq knows and that change nothing here: keepalive is always on. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(["keepalives", "keepalives_idle", "keepalives_interval"]);

const SHAPE = "postgres://user@host:5432/database";

/**
 * Reads `postgres://user:password@host:port/database?keyword=value`. A socket's folder is written as
 * `?host=/var/run/postgresql` or percent-encoded as the host. The messages never repeat the address, since
 * it may hold a password.
 *
 * @param text the address
 * @param from where it came from, for messages (`--database-url`, `DATABASE_URL`)
 * @throws ConfigError when it is no such address or has a keyword that this program does not know
 */
export function parseConnectionUrl(text: string, from: string): ConnectionKeywords {
  const hint = `write it as ${SHAPE}, with the password in PGPASSWORD or a password file`;
  const match = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(text.trim());
  // Not `new URL`: its error carries the whole input, password included.
  if (!match) throw new ConfigError(`${from} is not a Postgres address`, { hint });
  const [, login, address = "", database, search = ""] = match;
  if (login === undefined && `${database}${search}`.includes("@")) {
    // Otherwise a password with a bare / or ? would be taken apart, and its pieces printed as names.
    throw new ConfigError(`${from} is not a Postgres address: a password in it has a bare / or ?`, {
      hint: "write / as %2F, ? as %3F and @ as %40, or give the password in PGPASSWORD or a password file",
    });
  }
  const keywords: ConnectionKeywords = {};
  if (login !== undefined) {
    const colon = login.indexOf(":");
    const user = decode(colon < 0 ? login : login.slice(0, colon), from, "user");
    if (user !== "") keywords.user = user;
    if (colon >= 0) keywords.password = decode(login.slice(colon + 1), from, "password");
  }
  const place = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(address);
  if (!place) throw new ConfigError(`${from} has no readable host and port`, { hint });
  const host = decode((place[1] ?? "").replace(/^\[(.*)\]$/, "$1"), from, "host");
  if (host !== "") keywords.host = host;
  if (place[2]) keywords.port = place[2];
  if (database) keywords.dbname = decode(database, from, "database");
  const unknown: string[] = [];
  for (const pair of search === "" ? [] : search.split("&")) {
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), from, "options");
    if (KEYWORDS.has(name)) {
      keywords[name as keyof ConnectionKeywords] = equals < 0 ? "" : decode(pair.slice(equals + 1), from, name);
    } else if (!WITHOUT_EFFECT.has(name)) {
      unknown.push(/^[a-z_]{1,40}$/.test(name) ? name : "(unreadable)");
    }
  }
  if (unknown.length > 0) {
    throw new ConfigError(`${from} has options that are not known: ${unknown.join(", ")}`, {
      hint: `known are ${[...KEYWORDS].join(", ")}`,
    });
  }
  return keywords;
}

function decode(text: string, from: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConfigError(`the ${part} in ${from} is not percent-encoded rightly`, {
      hint: "write a literal % as %25, @ as %40, / as %2F and : as %3A",
    });
  }
}
