import { LockedError, ReportError } from "../../errors.ts";
import { connect } from "../../source/connection.ts";
import type { ConnectionSettings } from "../../source/connection-settings.ts";
import { errorCode } from "../../source/database-errors.ts";
import type { Session } from "../../source/session.ts";
import { INSUFFICIENT_PRIVILEGE, LOCK_NOT_AVAILABLE, READ_ONLY_TRANSACTION } from "../../source/sqlstate.ts";
import { MovedError, RightMissingError } from "../errors.ts";

const DEADLOCK = "40P01";
const UNIQUE_VIOLATION = "23505";

/** How long a change waits for another one of the same table. */
const LOCK_TIMEOUT_MS = 10_000;

/** What the write commands need, in the words of a GRANT. */
export const RIGHTS_TO_WRITE = [
  "grant select, insert, update on lookup_table_version to ROLE;",
  "grant select, insert on lookup_table_row to ROLE;",
  "grant usage on sequence lookup_table_version_lookup_table_version_id_seq, lookup_table_row_lookup_table_row_id_seq to ROLE;",
];

export interface WriteOptions {
  settings: ConnectionSettings;
  applicationName: string;
  statementTimeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `work` in one read-write transaction: committed when it resolves, undone when it throws.
 *
 * @throws RightMissingError where the role or the server may not write, LockedError where another change of the
 * table does not end, MovedError where it collides with one; ConnectError that says when the outcome is not known
 */
export async function writeTransaction<T>(
  options: WriteOptions,
  table: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connect(options.settings, {
    applicationName: options.applicationName,
    readOnly: false,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    statementTimeoutMs: options.statementTimeoutMs,
    signal: options.signal,
  });
  try {
    await session.command("begin isolation level read committed read write", { what: "opening the transaction" });
    let result: T;
    try {
      result = await work(session);
    } catch (error) {
      if (session.failure === undefined) await session.command("rollback", { what: "undoing the change" });
      throw error;
    }
    await commit(session, table);
    return result;
  } catch (error) {
    throw explain(error, table, options.settings);
  } finally {
    await session.close();
  }
}

async function commit(session: Session, table: string): Promise<void> {
  try {
    await session.command("commit", { what: "committing the change" });
  } catch (error) {
    if (!(error instanceof ReportError) || error.exitCode === 1) throw error;
    throw new ReportError(error.exitCode, `${error.message}; whether the change of ${table} took effect is not known`, {
      hint: `it is there whole or not at all: look with \`lineage-report tables history ${table}\` before running it again`,
      cause: error,
    });
  }
}

function explain(error: unknown, table: string, settings: ConnectionSettings): unknown {
  const cause = error instanceof ReportError ? error.cause : error;
  switch (errorCode(cause)) {
    case INSUFFICIENT_PRIVILEGE:
      return new RightMissingError(
        `the role "${settings.user}" may not change lookup tables: ${(cause as Error).message}; nothing was changed`,
        {
          hint:
            "say --write-database-url (or LINEAGE_REPORT_WRITE_URL) with a role that may, or grant it:\n  " +
            RIGHTS_TO_WRITE.join("\n  ").replaceAll("ROLE", `"${settings.user}"`),
          cause,
        },
      );
    case READ_ONLY_TRANSACTION:
      return new RightMissingError(
        `the server takes no changes on this connection: ${(cause as Error).message}; nothing was changed`,
        { hint: "it is a read replica; say --write-database-url with the primary", cause },
      );
    case LOCK_NOT_AVAILABLE:
      return new LockedError(
        `another change of ${table} is under way and did not end within ${LOCK_TIMEOUT_MS / 1000} s`,
        {
          hint: `nothing was changed; look with \`lineage-report tables history ${table}\` and run it again`,
          cause,
        },
      );
    case DEADLOCK:
      return new LockedError(`another change of ${table} went ahead of this one`, {
        hint: `nothing was changed; look with \`lineage-report tables history ${table}\` and run it again`,
        cause,
      });
    case UNIQUE_VIOLATION:
      return new MovedError(`somebody else changed ${table} at the same moment; nothing was changed here`, {
        hint: `look with \`lineage-report tables history ${table}\` and run it again`,
        cause,
      });
    default:
      return error;
  }
}
