import type { Context } from "../cli/context.ts";
import type { ConnectionSources } from "../cli/settings.ts";
import type { Config } from "../config/schema.ts";
import { formatResult, type ResultFormat } from "../query/format.ts";
import { printableText } from "../query/table.ts";
import { type Catalogue, loadCatalogue } from "../source/catalogue.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import type { ResultColumn } from "../source/header.ts";
import { openSnapshot, type Snapshot } from "../source/snapshot.ts";
import type { Row } from "../source/value-types.ts";
import { printPieces } from "../terminal/print.ts";

/** What every command about settings, connections and the back end is handed beside its own words. */
export interface CommandOptions {
  config: Config;
  connection: ConnectionSources;
  /** Undefined for a table on a terminal and CSV elsewhere. */
  format: ResultFormat | undefined;
  /** Microseconds; undefined for the database's clock. */
  asOf: number | undefined;
}

/** Opens a read-only snapshot, hands it over with the queries, and closes it in any case. */
export async function withSnapshot<T>(
  { config, connection }: Pick<CommandOptions, "config" | "connection">,
  { signal }: Context,
  name: string,
  work: (snapshot: Snapshot, catalogue: Catalogue) => Promise<T>,
): Promise<T> {
  const catalogue = loadCatalogue({ own: config.queries });
  const snapshot = await openSnapshot(connectionSettings(connection), {
    applicationName: `lineage-report ${name}`,
    statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
    signal,
  });
  try {
    return await work(snapshot, catalogue);
  } finally {
    await snapshot.close();
  }
}

/** How the result is printed where nobody said. */
export function formatFor({ format }: Pick<CommandOptions, "format">, { stdout }: Context): ResultFormat {
  return format ?? (stdout.isTTY === true ? "table" : "csv");
}

/** What is odd in the data goes to stderr, so that results stay results; --quiet leaves warnings in. */
export function warn({ stderr }: Context, warnings: readonly string[]): void {
  for (const warning of warnings) stderr.write(`lineage-report: warning: ${printableText(warning)}\n`);
}

export function printLines(lines: readonly string[], { stdout }: Context): void {
  stdout.write(`${lines.join("\n")}\n`);
}

/** Rows as the exports print them, cells guarded against spreadsheet formulas. */
export function printCsv(columns: readonly ResultColumn[], rows: readonly Row[], context: Context): Promise<void> {
  const batches = (async function* () {
    if (rows.length > 0) yield rows;
  })();
  return printPieces(formatResult(columns, batches, { format: "csv" }), context);
}

/** `name:type` as columns of a result. */
export function resultColumns(...columns: readonly `${string}:${ResultColumn["type"]}`[]): ResultColumn[] {
  return columns.map((column) => {
    const [name, type] = column.split(":");
    return { name: String(name), type: type as ResultColumn["type"], description: "" };
  });
}
