import { ErrorGroups } from "../action-log/group.ts";
import type { Context } from "../cli/context.ts";
import type { ErrorsOptions } from "../cli/errors.ts";
import type { Party } from "../lineage/parties.ts";
import type { Column, CsvValue } from "../output/csv.ts";
import { createProgress } from "../progress.ts";
import { formatResult } from "../query/format.ts";
import { ERROR_COLUMNS, ERROR_GROUP_COLUMNS } from "../run/columns.ts";
import { errorRow, groupedRow, groupRow, namedGroup, storedRow } from "../run/error-rows.ts";
import type { LoggedError } from "../run/log-pass.ts";
import { loadCatalogue } from "../source/catalogue.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import type { ResultColumn } from "../source/header.ts";
import { openSnapshot } from "../source/snapshot.ts";
import type { Row } from "../source/value-types.ts";
import { printPieces } from "../terminal/print.ts";
import { readErrors } from "./read.ts";

/** Groups printed at once. */
const BATCH = 1000;

/** Messages can have a megabyte each: so many characters are printed at once. */
const CHARACTERS = 4_000_000;

/**
 * `lineage-report errors`: prints the entries of a window's action log, or their groups.
 *
 * @returns the exit code
 * @throws what the catalogue, the connection and the streams throw
 */
export async function errorsCommand(options: ErrorsOptions, context: Context): Promise<number> {
  const { config, connection, window, group, unmasked, quiet } = options;
  const catalogue = loadCatalogue({ own: config.queries });
  const progress = await createProgress({ stderr: context.stderr, now: context.now, quiet });
  const snapshot = await openSnapshot(connectionSettings(connection), {
    applicationName: "lineage-report errors",
    signal: context.signal,
    statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
    shared: true,
  });
  try {
    const errors = wanted(
      // Rows are printed while the log is read, and a bar on the same terminal would be drawn through them.
      readErrors(snapshot, catalogue, window, (phase) =>
        group || phase === "lineage" ? progress.phase(phase) : progress.stop(),
      ),
      options,
    );
    const terminal = context.stdout.isTTY === true;
    const format = options.format ?? (terminal ? "table" : "csv");
    const width = terminal ? context.stdout.columns : undefined;
    const pieces = group
      ? formatResult(
          resultColumns(ERROR_GROUP_COLUMNS),
          groups(errors, () => progress.stop()),
          { format, width },
        )
      : formatResult(resultColumns(ERROR_COLUMNS), rows(errors, unmasked), { format, width });
    await printPieces(pieces, context);
    return 0;
  } finally {
    progress.stop();
    await snapshot.close();
  }
}

async function* wanted(
  batches: AsyncIterable<LoggedError[]>,
  { sender, receiver, code }: ErrorsOptions,
): AsyncGenerator<LoggedError[]> {
  for await (const batch of batches) {
    const some = batch.filter(
      (error) =>
        isNamed(error.sender, sender) &&
        isNamed(error.receiver, receiver) &&
        (code === undefined || error.detail.errorCode === code),
    );
    if (some.length > 0) yield some;
  }
}

function isNamed({ name, organization }: Party, wantedName: string | undefined): boolean {
  return wantedName === undefined || name === wantedName || organization === wantedName;
}

async function* rows(batches: AsyncIterable<LoggedError[]>, unmasked: boolean): AsyncGenerator<Row[]> {
  for await (const batch of batches) {
    let piece: Row[] = [];
    let characters = 0;
    for (const error of batch) {
      piece.push(cells(unmasked ? storedRow(error) : errorRow(error)));
      characters += error.detail.message.length;
      if (characters < CHARACTERS) continue;
      yield piece;
      piece = [];
      characters = 0;
    }
    if (piece.length > 0) yield piece;
  }
}

async function* groups(batches: AsyncIterable<LoggedError[]>, onRead: () => void): AsyncGenerator<Row[]> {
  const fold = new ErrorGroups();
  for await (const batch of batches) for (const error of batch) fold.add(groupedRow(error));
  onRead();
  const { groups: found } = fold.result();
  for (let first = 0; first < found.length; first += BATCH) {
    yield found.slice(first, first + BATCH).map((group) => cells(groupRow(namedGroup(group))));
  }
}

/** The columns of the run's file, as results of a query are printed. */
function resultColumns(columns: readonly Column[]): ResultColumn[] {
  return columns.map(({ name, type }) => ({ name, type: type === "decimal" ? "number" : type, description: "" }));
}

function cells(values: readonly CsvValue[]): Row {
  return values.map((value) => (typeof value === "bigint" ? String(value) : (value ?? null)));
}
