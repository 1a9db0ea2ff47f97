import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import copy from "pg-copy-streams";
import { ReportError } from "../../errors.ts";
import { TABLES, type TableName } from "./copy-text.ts";
import { generateSample, type Sample } from "./generate.ts";
import { dropIndexes, restoreIndexes } from "./indexes.ts";
import type { SampleOptions } from "./options.ts";
import type { RowChunk } from "./row-buffer.ts";
import type { Truth } from "./truth.ts";

export type LoadedSample = Pick<Sample, "settled" | "cast"> & {
  readonly truth: Truth;
  readonly rows: Readonly<Record<TableName, number>>;
};

/**
 * Fills an existing, empty schema with a sample, in one transaction: the indexes and constraints
 * of the pipeline's tables are put aside, the rows go in by COPY, and the same indexes and
 * constraints are made again, which proves the foreign keys. Then ANALYZE.
 *
 * The client's role must own the tables. Throws ReportError when one of them has rows already;
 * nothing is changed then. Whatever else fails leaves the schema as it was.
 */
export async function loadSample(client: Client, options: SampleOptions): Promise<LoadedSample> {
  const sample = generateSample(options);
  const rows = Object.fromEntries(Object.keys(TABLES).map((table) => [table, 0])) as Record<TableName, number>;
  await client.query("begin");
  try {
    await refuseFilledTables(client);
    const indexes = await dropIndexes(client);
    await copyAll(client, sample.chunks, rows);
    await restoreIndexes(client, indexes);
    await moveSequences(client);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
  await client.query(`analyze ${Object.keys(TABLES).join(", ")}`);
  return { settled: sample.settled, cast: sample.cast, truth: sample.truth(), rows };
}

async function refuseFilledTables(client: Client): Promise<void> {
  for (const table of Object.keys(TABLES)) {
    const found = await client.query(`select 1 from ${table} limit 1`);
    if (found.rowCount !== 0) {
      throw new ReportError(1, `sample data needs an empty schema, but the table ${table} has rows`, {
        hint: "load it into a fresh database",
      });
    }
  }
  // Truncated in this transaction, a table takes rows that are frozen at once and need no write-ahead log.
  await client.query(`truncate ${Object.keys(TABLES).join(", ")}`);
}

/** While the server takes one chunk, the next is being made. */
async function copyAll(client: Client, chunks: Iterable<RowChunk>, rows: Record<TableName, number>): Promise<void> {
  let running: Promise<void> = Promise.resolve();
  for (const chunk of chunks) {
    await running;
    rows[chunk.table] += chunk.rows;
    running = copyChunk(client, chunk);
    // A failure is reported by the next await; without this, Node would call it unhandled meanwhile.
    running.catch(() => undefined);
  }
  await running;
}

async function copyChunk(client: Client, chunk: RowChunk): Promise<void> {
  const columns = TABLES[chunk.table];
  const into = client.query(copy.from(`copy ${chunk.table} (${columns}) from stdin with (freeze)`));
  await pipeline(Readable.from([chunk.bytes]), into);
}

/** The sequences go on after the ids that the sample used. */
async function moveSequences(client: Client): Promise<void> {
  const found = await client.query<{ table: string; column: string; sequence: string }>(
    `select a.attrelid::regclass::text as "table", quote_ident(a.attname) as "column",
            pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) as sequence
       from pg_attribute a
      where a.attrelid = any ($1::regclass[]) and a.attnum > 0 and not a.attisdropped
        and pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) is not null`,
    [Object.keys(TABLES)],
  );
  for (const { table, column, sequence } of found.rows) {
    await client.query(`select setval($1, coalesce((select max(${column}) from ${table}), 0) + 1, false)`, [sequence]);
  }
}
