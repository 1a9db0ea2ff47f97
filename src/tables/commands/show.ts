import type { Context } from "../../cli/context.ts";
import { UsageError } from "../../errors.ts";
import { checkFile, writeFileAtomically } from "../../output/atomic-file.ts";
import { quote } from "../../output/csv-cell.ts";
import { formatResult, type ResultFormat } from "../../query/format.ts";
import type { Row as ResultRow } from "../../source/value-types.ts";
import { openTableFile } from "../file/open-file.ts";
import { lossText, type WorkbookLosses } from "../file/workbook-losses.ts";
import { countOf, quoted, type TableSource } from "../row.ts";
import type { RowFilter } from "../store/stored-tables.ts";
import { findVersion, print, say, type TablesOptions, versionsOf, withTables } from "./environment.ts";

export interface ShowOptions extends TablesOptions {
  table: string;
  version: string;
  filter: RowFilter;
  format: ResultFormat | undefined;
}

/** `tables show`: rows of a version, to look at. */
export async function showTable(options: ShowOptions, context: Context): Promise<number> {
  await withTables(options, context, "show", async (tables) => {
    const version = findVersion(await versionsOf(tables, options.table), options.version);
    const source = await tables.source(version, options.filter);
    const column = options.filter.cell?.column;
    if (column !== undefined && !source.columns.includes(column)) throw unknownColumn(column, source.columns);
    const terminal = context.stdout.isTTY === true;
    const format = options.format ?? (terminal ? "table" : "csv");
    const columns = ["row", ...source.columns].map((name, index) => ({
      name,
      type: index === 0 ? ("number" as const) : ("text" as const),
      description: name,
    }));
    const width = terminal ? context.stdout.columns : undefined;
    await print(formatResult(columns, numbered(source), { format, width }), context);
    for (const { message } of source.remarks) say(options, context, `warning: ${message}`);
  });
  return 0;
}

async function* numbered(source: TableSource): AsyncGenerator<ResultRow[]> {
  for await (const batch of source.rows()) {
    yield batch.rows.map((row, index) => [batch.places[index] ?? 0, ...row]);
  }
}

export interface ExportOptions extends TablesOptions {
  table: string;
  version: string;
  format: "csv" | "json" | "xlsx";
  /** A CSV file or workbook whose header gives the order of the columns. */
  columnsFrom: string | undefined;
  /** A file; undefined for stdout. */
  out: string | undefined;
}

/**
 * `tables export`: a version exactly as it is, to be loaded elsewhere. Values are not guarded against formulas: what comes out must
 * be what went in.
 */
export async function exportTable(options: ExportOptions, context: Context): Promise<number> {
  if (options.out !== undefined) await checkFile(options.out);
  await withTables(options, context, "export", async (tables) => {
    const version = findVersion(await versionsOf(tables, options.table), options.version);
    const source = await tables.source(version);
    const columns = await orderOf(source, options);
    const losses = { cells: 0, rows: 0 };
    const pieces = await piecesOf(source, columns, options, losses);
    if (options.out === undefined) await print(pieces, context);
    else await writeFileAtomically(options.out, pieces, { now: context.now });
    for (const { message } of source.remarks) say(options, context, `warning: ${message}`);
    const loss = lossText(losses, options.table);
    if (loss !== "") say(options, context, `warning: ${loss}`);
    if (options.out !== undefined) {
      say(
        options,
        context,
        `${options.table} version ${version.version}: ${countOf(version.rows, "row")} → ${options.out}`,
      );
    }
  });
  return 0;
}

async function piecesOf(
  source: TableSource,
  columns: readonly string[],
  { format, table }: ExportOptions,
  losses: WorkbookLosses,
): Promise<AsyncIterable<string | Uint8Array>> {
  switch (format) {
    case "csv":
      return exportCsv(source, columns);
    case "json":
      return exportJson(source, columns);
    case "xlsx": {
      const { workbookPieces } = await import("../file/workbook-writer.ts");
      return workbookPieces(source, columns, table, losses);
    }
  }
}

/** @throws UsageError where the file has other columns than the version */
async function orderOf(source: TableSource, { columnsFrom, table }: ExportOptions): Promise<readonly string[]> {
  if (columnsFrom === undefined) return source.columns;
  const { columns, label } = await openTableFile(columnsFrom, table, {});
  const missing = source.columns.filter((name) => !columns.includes(name));
  const unknown = columns.filter((name) => !source.columns.includes(name));
  if (missing.length > 0 || unknown.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`it lacks ${missing.map((name) => quoted(name)).join(", ")}`] : []),
      ...(unknown.length > 0 ? [`only it has ${unknown.map((name) => quoted(name)).join(", ")}`] : []),
    ];
    throw new UsageError(`${label} does not have the columns of ${table} ${source.label}: ${parts.join("; ")}`, {
      hint: "name the file from which the version was made",
    });
  }
  return columns;
}

/** RFC 4180 with the cells exactly as stored; a lone empty cell is `""`, since a blank line would be none to some readers. */
export async function* exportCsv(source: TableSource, columns: readonly string[]): AsyncGenerator<string> {
  const order = columns.map((name) => source.columns.indexOf(name));
  const line = (cells: readonly string[]): string =>
    cells.length === 1 && cells[0] === "" ? '""\n' : `${cells.map(quote).join(",")}\n`;
  yield line(columns);
  for await (const batch of source.rows()) {
    yield batch.rows.map((row) => line(order.map((index) => row[index] ?? ""))).join("");
  }
}

/** The rows as ReportStream's own interface takes and gives them: an array of objects, one a line. */
export async function* exportJson(source: TableSource, columns: readonly string[]): AsyncGenerator<string> {
  const order = columns.map((name) => source.columns.indexOf(name));
  let separator = "[\n";
  for await (const batch of source.rows()) {
    let text = "";
    for (const row of batch.rows) {
      const members = columns.map(
        (name, at) => `${JSON.stringify(name)}:${JSON.stringify(row[order[at] ?? -1] ?? "")}`,
      );
      text += `${separator}{${members.join(",")}}`;
      separator = ",\n";
    }
    yield text;
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n";
}

function unknownColumn(column: string, columns: readonly string[]): UsageError {
  return new UsageError(`there is no column ${quoted(column)}`, {
    hint: `columns are: ${columns.map((name) => quoted(name)).join(", ")}`,
  });
}
