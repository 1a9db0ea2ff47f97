/** SQLSTATE values by what they mean here (https://www.postgresql.org/docs/current/errcodes-appendix.html). */

export const READ_ONLY_TRANSACTION = "25006";
export const QUERY_CANCELED = "57014";
export const INSUFFICIENT_PRIVILEGE = "42501";
export const UNDEFINED_TABLE = "42P01";
export const UNDEFINED_COLUMN = "42703";
export const UNDEFINED_FUNCTION = "42883";
export const DATABASE_MISSING = "3D000";
export const TOO_MANY_CONNECTIONS = "53300";
export const IDLE_IN_TRANSACTION = "25P03";
export const LOCK_NOT_AVAILABLE = "55P03";
export const SERIALIZATION_FAILURE = "40001";
export const DISK_FULL = "53100";
export const OUT_OF_MEMORY = "53200";
export const TRANSACTION_ABORTED = "25P02";

/** The server refuses this login. */
export const LOGIN_REFUSED: ReadonlySet<string> = new Set(["28P01", "28000"]);

/** The server is starting up, shutting down or recovering; it will be back. */
export const NOT_READY: ReadonlySet<string> = new Set(["57P03"]);

/** The server ended this session. */
export const SESSION_ENDED: ReadonlySet<string> = new Set(["57P01", "57P02", "57P04", "57P05"]);

/** The statement does not fit the schema: something is missing, ambiguous or of another type. */
export const SCHEMA_MISMATCH: ReadonlySet<string> = new Set([
  UNDEFINED_TABLE,
  UNDEFINED_COLUMN,
  UNDEFINED_FUNCTION,
  "42702", // ambiguous column
  "42804", // datatype mismatch
  "3F000", // schema does not exist
  "42704", // undefined object, such as a type
]);

/** errno values of sockets whose other side is gone. */
export const CONNECTION_LOST: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED"]);

/** errno values of a host that nobody can find. */
export const HOST_UNKNOWN: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA"]);

/** errno values of a host that is known and not reached. */
export const HOST_UNREACHABLE: ReadonlySet<string> = new Set([
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "EADDRNOTAVAIL",
]);
