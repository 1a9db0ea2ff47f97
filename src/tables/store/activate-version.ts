import type { Session } from "../../source/session.ts";
import { GuardError, MovedError } from "../errors.ts";
import { type WriteOptions, writeTransaction } from "./write-session.ts";

export interface Activation {
  table: string;
  version: number;
  /** The id of that version when it was looked at; a version made anew under the same number is another one. */
  versionId: string;
  /** The version that was active when the change was decided; undefined for none. */
  before: number | undefined;
}

/**
 * Makes one version active and the one before inactive, in one transaction that first locks the table's versions and looks
 * again: so of two operators one wins and the other is told, and a table never is without an active
 * version, as ReportStream's own data layer can leave it (azure/DatabaseLookupTableAccess.kt, activateTable).
 *
 * @throws MovedError where another version is active than was expected; GuardError where the version is
 * not there; and what writeTransaction throws
 */
export async function activateVersion(options: WriteOptions, change: Activation): Promise<void> {
  const { table, version } = change;
  const what = { what: `activating version ${version} of ${table}` };
  await writeTransaction(options, table, async (session) => {
    await lockVersions(session, table);
    const versions = await readVersions(session, table);
    const wanted = versions.find((found) => found.version === version);
    if (wanted === undefined || wanted.id !== change.versionId) {
      throw new GuardError(`${table} has no version ${version} any more; nothing was changed`, {
        hint: `look with \`lineage-report tables history ${table}\``,
      });
    }
    const active = versions.find((found) => found.active);
    if (active?.version !== change.before) {
      throw new MovedError(
        `${table} has version ${active?.version ?? "none"} active by now, not ${change.before ?? "none"}; nothing was changed`,
        { hint: "somebody else was quicker; look at the difference to the new state and decide again" },
      );
    }
    const off = "update lookup_table_version set is_active = false where table_name = $1 and is_active";
    await session.query(off, [table], what);
    const on =
      "update lookup_table_version set is_active = true where lookup_table_version_id = $1 returning is_active";
    const { rows } = await session.query(on, [wanted.id], what);
    if (rows.length !== 1)
      throw new GuardError(`${table} version ${version} could not be activated; nothing was changed`);
  });
}

/** In the order of the ids, so that two programs cannot block each other. */
async function lockVersions(session: Session, table: string): Promise<void> {
  const lock =
    "select lookup_table_version_id from lookup_table_version where table_name = $1 order by lookup_table_version_id for no key update";
  await session.query(lock, [table], { what: `waiting for other changes of ${table}` });
}

async function readVersions(session: Session, table: string) {
  // A statement of its own: it sees what was committed while the locks were waited for.
  const read =
    "select lookup_table_version_id, table_version, is_active from lookup_table_version where table_name = $1";
  const { rows } = await session.query(read, [table], { what: `reading the versions of ${table}` });
  return rows.map(([id, version, active]) => ({ id: String(id), version: Number(version), active: active === true }));
}
