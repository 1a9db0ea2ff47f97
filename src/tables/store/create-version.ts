import { from as copyFrom } from "pg-copy-streams";
import type { Session } from "../../source/session.ts";
import { MovedError } from "../errors.ts";
import { LIVD_TABLE } from "../file/open-file.ts";
import { type WriteOptions, writeTransaction } from "./write-session.ts";

export interface NewVersion {
  table: string;
  createdBy: string;
  /** The newest version when the creation was decided; undefined for a new table. */
  newest: number | undefined;
  /** What is loaded, for messages. */
  label: string;
  /** The rows as `rowLine` prints them, in order; what it throws undoes the version. */
  lines: AsyncIterable<readonly string[]>;
  /** Of the rows, asked for when they have all been read. */
  checksum: () => string;
}

export interface CreatedVersion {
  id: string;
  version: number;
  rows: number;
}

/**
 * Writes a new version, inactive, in one transaction: all of it is there or nothing. As ReportStream does it (azure/DatabaseLookupTableAccess.kt,
 * createTable): the number after the newest, rows numbered from 1, every value a string.
 *
 * @throws MovedError where the table got another version meanwhile; what `lines` throws; and what writeTransaction throws
 */
export async function createVersion(options: WriteOptions, wanted: NewVersion): Promise<CreatedVersion> {
  const { table, createdBy, lines, label } = wanted;
  return writeTransaction(options, table, async (session) => {
    const what = { what: `creating a version of ${table}` };
    // One creation of a table at a time: the second waits, then sees the first and is told.
    await session.query(
      "select pg_advisory_xact_lock(hashtextextended('lineage-report tables ' || $1, 0))",
      [table],
      what,
    );
    const newest = await newestVersion(session, table);
    if (newest?.version !== wanted.newest) {
      throw new MovedError(
        `${table} got version ${newest?.version ?? "none"} meanwhile (by ${newest?.createdBy ?? "nobody"}); nothing was created`,
        { hint: "run it again: the file is then compared with the new state" },
      );
    }
    const version = (wanted.newest ?? 0) + 1;
    const { rows: inserted } = await session.query(
      `insert into lookup_table_version (table_name, table_version, is_active, created_by, table_sha256_checksum)
       values ($1, $2, false, $3, '0') returning lookup_table_version_id`,
      [table, version, createdBy],
      what,
    );
    const id = String(inserted[0]?.[0]);
    const rows = await copyRows(session, id, lines, `loading ${label}`);
    // Nobody sees the version before it is committed, with the checksum that only the last row gives.
    await session.query(
      "update lookup_table_version set table_sha256_checksum = $2 where lookup_table_version_id = $1",
      [id, wanted.checksum()],
      what,
    );
    return { id, version, rows };
  });
}

async function newestVersion(session: Session, table: string) {
  const { rows } = await session.query(
    "select table_version, created_by from lookup_table_version where table_name = $1 order by table_version desc limit 1",
    [table],
    { what: `reading the versions of ${table}` },
  );
  const row = rows[0];
  return row === undefined ? undefined : { version: Number(row[0]), createdBy: String(row[1]) };
}

/** Units of text handed to the connection at once. */
const CHUNK = 64 * 1024;

/** Streams the rows into the version through COPY; no more than a chunk is held. */
async function copyRows(
  session: Session,
  id: string,
  lines: AsyncIterable<readonly string[]>,
  what: string,
): Promise<number> {
  const copy = copyFrom("copy lookup_table_row (lookup_table_version_id, row_num, data) from stdin");
  let refused = false;
  const finished = new Promise<void>((resolve, reject) => {
    copy.once("finish", resolve).on("error", (error) => {
      refused = true;
      reject(error);
    });
  });
  // Awaited below; until then a failure must not count as unhandled.
  finished.catch(() => undefined);
  session.client.query(copy);
  let rows = 0;
  let chunk = "";
  try {
    const send = async (): Promise<void> => {
      const room = copy.write(chunk, "utf8");
      chunk = "";
      if (!room) await session.waitFor(Promise.race([new Promise((resolve) => copy.once("drain", resolve)), finished]));
    };
    for await (const batch of lines) {
      for (const line of batch) {
        rows++;
        chunk += `${id}\t${rows}\t${line}`;
        if (chunk.length > CHUNK) await send();
      }
    }
    if (chunk !== "") await send();
    copy.end();
    await session.waitFor(finished);
  } catch (error) {
    if (session.failure === undefined && !refused) {
      // CopyFail: the server then ends the COPY, and the transaction can be rolled back.
      const ended = new Promise<void>((resolve) => copy.once("close", () => resolve()));
      copy.destroy(new Error("the program gave up"));
      await session.waitFor(ended).catch(() => undefined);
    }
    throw session.failure ?? (isOwn(error) ? error : session.failureOf(error, { what }));
  }
  return rows;
}

function isOwn(error: unknown): boolean {
  return error instanceof Error && "exitCode" in error;
}

/**
 * Refreshes ReportStream's view over the LIVD table after a new version, as it does itself (azure/LookupTableFunctions.kt);
 * for any other table it does nothing. It runs after the version is committed, so a failure does not undo it.
 */
export async function refreshViews(options: WriteOptions, table: string): Promise<void> {
  if (table.toUpperCase() !== LIVD_TABLE.toUpperCase()) return;
  await writeTransaction(options, table, (session) =>
    session.query("select refresh_materialized_views($1)", [table], { what: "refreshing the view vw_livd_table" }),
  );
}
