import { type BinaryFields, BinaryRows, type RowHandler } from "./binary-rows.ts";
import { copyBatches, copyInto } from "./copy-stream.ts";
import type { ParameterValue, ParameterValues } from "./parameter-types.ts";
import type { Query } from "./query-file.ts";
import { chunksOf, KEYS_AT_ONCE } from "./row-stream.ts";
import type { Snapshot } from "./snapshot.ts";
import { literalStatement } from "./statement.ts";

/**
 * The query's rows by binary COPY, each handed to `onRow` (BinaryFields; read it with readInt4, readInstant, …) in the header's column order.
 *
 * @returns how many rows there were
 * @throws QueryError that names the query's file and line, ConnectError, InterruptedError; ConfigError for wrong parameters; what `onRow` throws
 */
export async function copyBinary(
  snapshot: Snapshot,
  query: Query,
  parameters: ParameterValues,
  onRow: RowHandler,
): Promise<number> {
  const decoder = new BinaryRows(query.header.columns.length, onRow);
  const statement = literalStatement(query, parameters, "copy (", ") to stdout (format binary)");
  await copyInto(snapshot, statement, (chunk, from, to) => decoder.push(chunk, from, to));
  decoder.end();
  return decoder.rows;
}

/**
 * The query's rows by binary COPY in batches of what arrives at once, for consumers that have to wait now and then: the server waits with
 * them, and memory stays at one batch.
 *
 * @param read makes what is kept of a row out of its fields
 * @throws as `copyBinary`
 */
export async function* binaryBatches<T>(
  snapshot: Snapshot,
  query: Query,
  parameters: ParameterValues,
  read: (fields: BinaryFields) => T,
): AsyncGenerator<T[], void, undefined> {
  let batch: T[] = [];
  const decoder = new BinaryRows(query.header.columns.length, (fields) => batch.push(read(fields)));
  const statement = literalStatement(query, parameters, "copy (", ") to stdout (format binary)");
  yield* copyBatches<T>(snapshot, statement, (into, chunk, from, to) => {
    batch = into;
    decoder.push(chunk, from, to);
  });
  decoder.end();
}

/** The same for a look-up by key, a list of keys at a time. @param keyParameter the query's parameter that takes the keys, an array type */
export async function copyBinaryByKeys(
  snapshot: Snapshot,
  query: Query,
  keyParameter: string,
  keys: readonly (string | number)[],
  onRow: RowHandler,
  parameters: ParameterValues = {},
): Promise<number> {
  let rows = 0;
  for (const chunk of chunksOf(keys, KEYS_AT_ONCE)) {
    rows += await copyBinary(snapshot, query, { ...parameters, [keyParameter]: chunk as ParameterValue }, onRow);
  }
  return rows;
}
