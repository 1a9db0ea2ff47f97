import { stringify } from "csv-stringify/sync";
import type { Column } from "../output/csv.ts";
import { csvStringifyOptions } from "../output/csv-stringify-options.ts";
import type { ResultColumn, ResultType } from "../source/header.ts";
import type { Row, Value } from "../source/value-types.ts";
import { formatInstant } from "../time/instant.ts";
import { formatTable } from "./table.ts";

export type ResultFormat = "table" | "csv" | "json";

export interface FormatOptions {
  format: ResultFormat;
  /** The terminal's columns, for tables; undefined to cut nothing. */
  width?: number | undefined;
}

/**
 * A query's result as text, piece by piece: memory does not grow with the rows (a table's widths come from its first batch).
 *
 * - `table`: aligned, with a count below; cells that were cut end in `…`, and a line below says so
 * - `csv`: the same bytes as the exports
 * - `json`: one object a line. Numbers as numbers, instants as ISO texts, json as it is, null as null.
 */
export function formatResult(
  columns: readonly ResultColumn[],
  batches: AsyncIterable<readonly Row[]>,
  { format, width }: FormatOptions,
): AsyncIterable<string> {
  switch (format) {
    case "table":
      return formatTable(columns, batches, width);
    case "csv":
      return formatCsv(columns, batches);
    case "json":
      return formatJson(columns, batches);
  }
}

/** How the exports' writer is to print a query's columns. */
function csvColumns(columns: readonly ResultColumn[]): Column[] {
  return columns.map(({ name, type }) => ({ name, type: type === "json" ? "text" : type }));
}

async function* formatCsv(columns: readonly ResultColumn[], batches: AsyncIterable<readonly Row[]>) {
  const options = csvStringifyOptions(csvColumns(columns));
  yield stringify([], options);
  for await (const batch of batches) yield stringify([...batch], { ...options, header: false });
}

async function* formatJson(columns: readonly ResultColumn[], batches: AsyncIterable<readonly Row[]>) {
  for await (const batch of batches) yield batch.map((row) => `${jsonObject(columns, row)}\n`).join("");
}

function jsonObject(columns: readonly ResultColumn[], row: Row): string {
  const members = columns.map(
    ({ name, type }, index) => `${JSON.stringify(name)}:${jsonValue(row[index] ?? null, type)}`,
  );
  return `{${members.join(",")}}`;
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function jsonValue(value: Value, type: ResultType): string {
  if (value === null) return "null";
  if (type === "instant" && typeof value === "number") {
    return JSON.stringify(Number.isFinite(value) ? formatInstant(value) : value > 0 ? "infinity" : "-infinity");
  }
  // A number that was kept as text keeps all its digits.
  if (type === "number" && typeof value === "string" && JSON_NUMBER.test(value)) return value;
  if (type === "json" && typeof value === "string") return jsonText(value);
  return JSON.stringify(value);
}

/** JSON as it is, on one line. A column that only says that it is JSON is a text, so that one bad cell does not spoil the line. */
function jsonText(text: string): string {
  try {
    JSON.parse(text);
    return text.replaceAll(/[\r\n]/g, " ");
  } catch {
    return JSON.stringify(text);
  }
}
