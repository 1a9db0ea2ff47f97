import pg from "pg";
import { ConfigError } from "../errors.ts";
import { type BinaryFields, BinaryRows } from "./binary-rows.ts";
import { copyBatches } from "./copy-stream.ts";
import { CsvEncoder, isReadAsText } from "./csv-encoder.ts";
import type { ParameterValues } from "./parameter-types.ts";
import type { Query } from "./query-file.ts";
import { type ActualColumn, describeResult, shapeFaults } from "./result-shape.ts";
import type { Snapshot } from "./snapshot.ts";
import { literalStatement, type Statement } from "./statement.ts";

/** Bytes that are handed over at a time. */
const PIECE = 64 * 1024;

/**
 * The query's rows as the project's CSV (header line, `\n`, RFC 4180 quoting, instants in ISO, guarded against formulas): the same bytes as the
 * row path through output/csv.ts, many times as fast. Pieces end where rows do. The server waits when the consumer does.
 *
 * @throws ConfigError when the result is not what the query's header declares, or for wrong parameters; QueryError that names the query's
 * file and line, ConnectError, InterruptedError
 */
export async function* copyCsv(
  snapshot: Snapshot,
  query: Query,
  parameters: ParameterValues,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { columns } = query.header;
  const { encoder, statement } = await prepare(snapshot, query, parameters);
  let full: Uint8Array[] = [];
  let piece = Buffer.allocUnsafeSlow(PIECE);
  let used = piece.write(`${columns.map((column) => column.name).join(",")}\n`);
  const decoder = new BinaryRows(columns.length, (fields) => {
    const room = encoder.roomFor(fields);
    if (used + room > piece.length) {
      if (used > 0) full.push(piece.subarray(0, used));
      piece = Buffer.allocUnsafeSlow(Math.max(PIECE, room));
      used = 0;
    }
    used = encoder.encode(fields, piece, used);
  });
  const batches = copyBatches<Uint8Array>(snapshot, statement, (batch, chunk, from, to) => {
    full = batch;
    decoder.push(chunk, from, to);
  });
  for await (const batch of batches) yield* batch;
  decoder.end();
  if (used > 0) yield piece.subarray(0, used);
}

/** One row as CSV, for whoever writes it into one file or another. */
export interface CsvRow {
  /** The row, its line break included; used again for the next. */
  bytes: Uint8Array;
  /** The texts of the columns asked for, empty for null; used again for the next row. */
  texts: string[];
}

/**
 * The same row by row, without the header line, each handed to `onRow` at once. Where it returns a promise, nothing more is read until that is
 * settled, but for the rows that have arrived already.
 *
 * @param texts the columns, by number, of which `onRow` needs the text too; declared as text or id
 * @throws as `copyCsv`, and what `onRow` throws or its promises reject with
 */
export async function copyCsvRows(
  snapshot: Snapshot,
  query: Query,
  parameters: ParameterValues,
  texts: readonly number[],
  onRow: (row: CsvRow) => Promise<void> | undefined,
): Promise<void> {
  const { encoder, statement } = await prepare(snapshot, query, parameters);
  let line = Buffer.allocUnsafeSlow(PIECE);
  const row: CsvRow = { bytes: line, texts: [] };
  let waits: Promise<void>[] = [];
  const take = (fields: BinaryFields): void => {
    const room = encoder.roomFor(fields);
    if (room > line.length) line = Buffer.allocUnsafeSlow(room);
    row.bytes = line.subarray(0, encoder.encode(fields, line, 0));
    for (let index = 0; index < texts.length; index++) row.texts[index] = encoder.text(fields, texts[index] as number);
    const wait = onRow(row);
    if (wait) waits.push(wait);
  };
  const decoder = new BinaryRows(query.header.columns.length, take);
  const batches = copyBatches<Promise<void>>(snapshot, statement, (batch, chunk, from, to) => {
    waits = batch;
    decoder.push(chunk, from, to);
  });
  for await (const batch of batches) await Promise.all(batch);
  decoder.end();
}

async function prepare(snapshot: Snapshot, query: Query, parameters: ParameterValues) {
  const actual = await checkedShape(snapshot, query);
  return { encoder: new CsvEncoder(query.header.columns, actual), statement: csvStatement(query, parameters, actual) };
}

/** @throws ConfigError that lists how the result differs from the header */
async function checkedShape(snapshot: Snapshot, query: Query): Promise<ActualColumn[]> {
  const context = { what: `query "${query.name}"`, file: query.file };
  const actual = await snapshot.run(context, (session) => describeResult(session, query));
  const faults = shapeFaults(query, actual);
  if (faults.length > 0) {
    throw new ConfigError(
      `${query.file} does not return what its header declares: ${faults.map((fault) => fault.message).join("; ")}`,
      {
        hint: faults.map((fault) => fault.hint).join("; "),
      },
    );
  }
  return actual;
}

/** Binary COPY of the query, with those columns cast to text whose binary form is not read here. */
function csvStatement(query: Query, parameters: ParameterValues, actual: readonly ActualColumn[]): Statement {
  const end = ") to stdout (format binary)";
  if (!actual.some(isReadAsText)) return literalStatement(query, parameters, "copy (", end);
  const cells = actual.map((column) => `${pg.escapeIdentifier(column.name)}${isReadAsText(column) ? "::text" : ""}`);
  // The outer select only casts: Postgres keeps the inner order, since nothing here sorts, joins or groups.
  return literalStatement(query, parameters, `copy (select ${cells.join(", ")} from (`, `) as exported${end}`);
}
