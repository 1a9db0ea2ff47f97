import { once } from "node:events";
import { Temporal } from "temporal-polyfill";
import type { Context } from "../cli/context.ts";
import type { QueryOptions } from "../cli/query.ts";
import { type Catalogue, loadCatalogue } from "../source/catalogue.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import { copyCsv } from "../source/copy-csv.ts";
import type { ParameterValues } from "../source/parameter-types.ts";
import { parseParameters } from "../source/parameters.ts";
import type { Query } from "../source/query-file.ts";
import { openSnapshot, type Snapshot } from "../source/snapshot.ts";
import type { Row } from "../source/value-types.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import { resolveWindow } from "../time/window.ts";
import { toMicros } from "../time/zone.ts";
import type { ResultFormat } from "./format.ts";
import { LIST_COLUMNS, listQueries } from "./list.ts";

/**
 * `lineage-report query [NAME]`: prints a query's rows, or the list of queries, on stdout.
 *
 * @returns the exit code
 * @throws UsageError for an unknown query or wrong parameters, and what the catalogue, the connection and the streams throw
 */
export async function queryCommand(options: QueryOptions, context: Context): Promise<number> {
  const { config, connection, name, quiet } = options;
  const catalogue = loadCatalogue({ own: config.queries });
  const say = (line: string): void => {
    if (!quiet) context.stderr.write(`lineage-report: ${line}\n`);
  };
  for (const replaced of catalogue.replaced) say(`your own query "${replaced}" replaces the built-in one`);
  const terminal = context.stdout.isTTY === true;
  const format = options.format ?? (terminal ? "table" : "csv");
  const width = terminal ? context.stdout.columns : undefined;
  if (name === undefined) {
    const { formatResult } = await import("./format.ts");
    await print(formatResult(LIST_COLUMNS, listOf(catalogue), { format, width }), context);
    return 0;
  }
  const query = catalogue.find(name);
  const parameters = parameterValues(query, options, context, say);
  const settings = connectionSettings(connection);
  for (const warning of settings.warnings) say(`warning: ${warning}`);
  const snapshot = await openSnapshot(settings, {
    applicationName: `lineage-report query ${query.name}`,
    statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
    signal: context.signal,
  });
  try {
    await print(await resultOf(snapshot, query, parameters, format, width), context);
  } finally {
    await snapshot.close();
  }
  return 0;
}

async function resultOf(
  snapshot: Snapshot,
  query: Query,
  parameters: ParameterValues,
  format: ResultFormat,
  width: number | undefined,
): Promise<AsyncIterable<string | Uint8Array>> {
  // Bulk CSV needs no rows as objects, and none of what makes them; the bytes are the same.
  if (format === "csv") return copyCsv(snapshot, query, parameters);
  const [{ formatResult }, { rows }] = await Promise.all([import("./format.ts"), import("../source/row-stream.ts")]);
  return formatResult(query.header.columns, rows(snapshot, query, parameters), { format, width });
}

async function* listOf(catalogue: Catalogue): AsyncGenerator<Row[]> {
  yield listQueries(catalogue);
}

/** The parameters as given; a query of a window that is given none is run for yesterday. */
function parameterValues(
  query: Query,
  { params, config: { timeZone } }: QueryOptions,
  context: Context,
  say: (line: string) => void,
): ParameterValues {
  const instantOfDate = (date: string, parameter: string): Micros => {
    const day = Temporal.PlainDate.from(date);
    // As with --to: an end that is a date includes that day.
    return toMicros((parameter === "to" ? day.add({ days: 1 }) : day).toZonedDateTime(timeZone));
  };
  const given = new Map(params);
  const windowed = ["from", "to"].every(
    (name) => query.parameters.get(name)?.type === "timestamptz" && query.parameters.get(name)?.presence === "required",
  );
  if (windowed && !given.has("from") && !given.has("to")) {
    const { from, to } = resolveWindow({ timeZone }, context.now() * 1000);
    given.set("from", formatInstant(from)).set("to", formatInstant(to));
    say(
      `yesterday, from ${formatInstant(from)} to ${formatInstant(to)}; --param from=DATE --param to=DATE for another`,
    );
  }
  return parseParameters(query, given, { instantOfDate });
}

/** Writes no faster than the reader takes it, so that memory stays flat in front of a slow one. */
async function print(pieces: AsyncIterable<string | Uint8Array>, { stdout, signal }: Context): Promise<void> {
  for await (const piece of pieces) {
    if (!stdout.write(piece)) await once(stdout, "drain", { signal });
  }
}
