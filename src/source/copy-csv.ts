import pg from "pg";
import { ConfigError } from "../errors.ts";
import { copyChunks } from "./copy-stream.ts";
import { guardFormulaSql } from "./formula-sql.ts";
import type { ResultColumn } from "./header.ts";
import type { ParameterValues } from "./parameter-types.ts";
import type { Query } from "./query-file.ts";
import { type ActualColumn, describeResult, shapeFaults } from "./result-shape.ts";
import type { Snapshot } from "./snapshot.ts";
import { literalStatement } from "./statement.ts";

/** ISO 8601 in UTC, cut to milliseconds: to_char cuts as formatInstant does. */
const INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

const PLAIN_IDS: readonly string[] = ["uuid", "bigint", "integer", "smallint", "oid"];

/**
 * The query's rows as the project's CSV (header line, `\n`, RFC 4180 quoting, instants in ISO, guarded against formulas), made by Postgres: the same
 * bytes as the row path through output/csv.ts, several times as fast. Chunks end anywhere.
 *
 * @throws ConfigError when the result is not what the query's header declares; else as `copyText`
 */
export async function* copyCsv(
  snapshot: Snapshot,
  query: Query,
  parameters: ParameterValues,
): AsyncGenerator<Buffer, void, undefined> {
  const actual = await checkedShape(snapshot, query);
  yield Buffer.from(`${query.header.columns.map((column) => column.name).join(",")}\n`);
  yield* copyChunks(snapshot, csvStatement(query, parameters, actual));
}

/** @throws ConfigError that lists how the result differs from the header */
export async function checkedShape(snapshot: Snapshot, query: Query): Promise<ActualColumn[]> {
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

function csvStatement(query: Query, parameters: ParameterValues, actual: readonly ActualColumn[]) {
  const cells = query.header.columns.map((column, index) => cellSql(column, actual[index] as ActualColumn));
  // The outer select only prints: Postgres keeps the inner order, since nothing here sorts, joins or groups.
  return literalStatement(
    query,
    parameters,
    `copy (select ${cells.join(", ")} from (`,
    ") as exported) to stdout (format csv)",
  );
}

/** An id that is a text is only as good as what was written into it: output/csv-cell.ts guards what does not look like one, and so does this. */
function textIdSql(expression: string): string {
  return `case when ${expression} collate "C" ~ '^[0-9A-Za-z-]+$' then ${expression} else ${guardFormulaSql(expression)} end`;
}

function cellSql(column: ResultColumn, { type }: ActualColumn): string {
  const name = pg.escapeIdentifier(column.name);
  switch (column.type) {
    case "id":
      return PLAIN_IDS.includes(type) ? name : textIdSql(`${name}::text`);
    case "number":
      return name;
    case "instant":
      // to_char knows no infinity.
      return `coalesce(to_char(${name}, '${INSTANT}'), ${name}::text)`;
    case "boolean":
      return `${name}::text`;
    case "text":
    case "json":
      return guardFormulaSql(`${name}::text`);
  }
}
