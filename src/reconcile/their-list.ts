import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { UsageError } from "../errors.ts";
import { nearestWord } from "../nearest-word.ts";
import { spool } from "../output/spool.ts";
import { FileRefusedError } from "../tables/errors.ts";
import { type FileOptions, openTableFile } from "../tables/file/open-file.ts";
import { quoted, type TableSource } from "../tables/row.ts";

/** A cell of the key column, and where its row begins. */
export interface Cell {
  text: string;
  /** A line of a CSV file or a row of a sheet, from 1. */
  line: number;
}

/** Somebody's list, of which one column is compared. It can be read as often as needed and is never held. */
export interface TheirList {
  label: string;
  placeWord: "line" | "row";
  column: string;
  /** What was noticed while opening it. */
  remarks: readonly string[];
  cells(): AsyncIterable<Cell[]>;
  close(): Promise<void>;
}

export interface ListRequest {
  /** A path, or `-` for stdin. */
  file: string;
  /** The column's name, or its number from 1; undefined where the list has one column. */
  key: string | undefined;
  /** The first row is a value, too. */
  headerless: boolean;
  options: FileOptions;
}

/**
 * Opens a list, CSV of any delimiter or a workbook; what comes through stdin is kept in a temporary file until `close`.
 *
 * @throws UsageError when it cannot be read, is no table, or has no such column
 */
export async function openTheirList(
  { file, key, headerless, options }: ListRequest,
  { stdin, cwd }: { stdin: Readable; cwd: string },
): Promise<TheirList> {
  const spooled = file === "-" ? await spool(stdin, "list") : undefined;
  try {
    const source = await asUsage(() =>
      openTableFile(spooled?.path ?? resolve(cwd, file), undefined, { ...options, relaxQuotes: true }),
    );
    const label = spooled ? "the list on stdin" : source.label;
    const column = columnOf(source.columns, key, headerless, label);
    return {
      label,
      placeWord: source.placeWord,
      column: headerless ? `column ${column + 1}` : quoted(source.columns[column] ?? ""),
      remarks: source.remarks.map(({ message }) => message),
      cells: () => cellsOf(source, column, headerless),
      close: async () => spooled?.remove(),
    };
  } catch (error) {
    await spooled?.remove();
    throw error;
  }
}

async function* cellsOf(source: TableSource, column: number, headerless: boolean): AsyncGenerator<Cell[]> {
  if (headerless) yield [{ text: source.columns[column] ?? "", line: 1 }];
  const batches = source.rows()[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await asUsage(() => batches.next());
      if (done) return;
      yield value.rows.map((row, index) => ({ text: row[column] ?? "", line: value.places[index] ?? 0 }));
    }
  } finally {
    await batches.return?.();
  }
}

function columnOf(columns: readonly string[], key: string | undefined, headerless: boolean, label: string): number {
  const named = `it has ${columns
    .slice(0, 20)
    .map((name) => quoted(name))
    .join(", ")}${columns.length > 20 ? ", …" : ""}`;
  if (key === undefined) {
    if (columns.length === 1) return 0;
    throw new UsageError(`${label} has ${columns.length} columns; --key must say which one holds the ids`, {
      hint: named,
    });
  }
  if (!headerless) {
    const plain = (name: string): string =>
      name
        .replaceAll(/[\s\u00a0\ufeff]+/g, " ")
        .trim()
        .toLowerCase();
    for (const same of [(name: string) => name === key, (name: string) => plain(name) === plain(key)]) {
      const found = columns.flatMap((name, index) => (same(name) ? [index] : []));
      if (found.length === 1) return found[0] ?? 0;
      if (found.length > 1) {
        const numbers = found.map((index) => index + 1).join(" and ");
        throw new UsageError(`${label} has several columns named ${quoted(key)}`, {
          hint: `say which by its number: ${numbers}`,
        });
      }
    }
  }
  if (/^[1-9]\d{0,4}$/.test(key) && Number(key) <= columns.length) return Number(key) - 1;
  if (headerless) {
    throw new UsageError(`--key ${key} is no number of a column`, {
      hint: `a list without a header has columns 1 to ${columns.length}`,
    });
  }
  const near = nearestWord(key, columns);
  const meant = near === undefined ? named : `did you mean ${quoted(near)}?`;
  throw new UsageError(`${label} has no column ${quoted(key)}`, {
    hint: `${meant} (--headerless when the first line is a value and no name)`,
  });
}

/** A list that cannot be read is a wrong call, not a difference that was found. */
async function asUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FileRefusedError)) throw error;
    throw new UsageError(error.message, { ...(error.hint !== undefined && { hint: error.hint }), cause: error });
  }
}
