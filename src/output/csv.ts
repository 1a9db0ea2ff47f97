import { type Micros, parseInstant } from "../time/instant.ts";
import { guardFormula } from "./formula.ts";
import { createInstantFormatter } from "./instant-text.ts";

/**
 * What a CSV column holds; it decides how a value is printed and whether a spreadsheet may be
 * fooled by it:
 * - `text`: anything people or machines outside wrote; guarded against formulas (formula.ts)
 * - `id`: the database's own ids (uuid, bigint); untouched
 * - `number`: counts and measures; untouched
 * - `decimal`: a number with a fixed count of `digits`, or the database's own numeric text; untouched
 * - `instant`: Micros, or an ISO text with a zone; printed as formatInstant does
 * - `boolean`: `true` or `false`
 */
export type ColumnType = "text" | "id" | "number" | "decimal" | "instant" | "boolean";

/** One column, declared once as data. `digits` is for `decimal` alone. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly digits?: number;
}

/** A cell. A number in an `instant` column is Micros. Null and undefined are printed as nothing. */
export type CsvValue = string | number | bigint | boolean | null | undefined;

/** Prints rows of one set of columns. Not shared between threads: it caches the day it printed last. */
export interface CsvFormatter {
  /** The header line, `\n` included. */
  readonly header: string;
  /** One row, `\n` included. `values` are in the order of the columns; missing ones are empty. */
  formatRow(values: readonly CsvValue[]): string;
}

/**
 * A writer that knows its columns' types: UTF-8 (the caller encodes), `\n`, RFC 4180 quoting where
 * a cell needs it, empty for null. What cannot stand in a file of text becomes U+FFFD: NUL here,
 * lone surrogates when the line is encoded.
 *
 * Measured on two slow cores, Node 20: see the figure in test/output/csv-speed.ts.
 */
export function createCsvFormatter(columns: readonly Column[]): CsvFormatter {
  const cells = columns.map(createCellFormatter);
  const width = columns.length;
  return {
    header: `${columns.map((column) => quote(column.name)).join(",")}\n`,
    formatRow(values) {
      let line = "";
      for (let index = 0; index < width; index++) {
        if (index > 0) line += ",";
        const value = values[index];
        if (value !== null && value !== undefined) line += quote((cells[index] as CellFormatter)(value));
      }
      return `${line}\n`;
    },
  };
}

export type CellFormatter = (value: string | number | bigint | boolean) => string;

/** How one column's values are printed, before quoting. */
export function createCellFormatter(column: Column): CellFormatter {
  switch (column.type) {
    case "text":
      return (value) => (typeof value === "string" ? textCell(value) : String(value));
    case "id":
      return (value) => (typeof value === "string" && !PLAIN_ID.test(value) ? textCell(value) : String(value));
    case "number":
      return numberCell;
    case "decimal": {
      const { digits } = column;
      if (digits === undefined) return numberCell;
      return (value) => (typeof value === "number" ? value.toFixed(digits) : numberCell(value));
    }
    case "instant":
      return createInstantCell();
    case "boolean":
      return (value) => {
        if (typeof value !== "string") return String(value);
        return BOOLEANS.get(value) ?? textCell(value);
      };
  }
}

/**
 * A column's type is a promise of whoever declared it; where the value breaks it (a query of a user's
 * own says `id` and returns names) the cell is treated as text, so that the guard cannot be lost by a slip.
 */
const PLAIN_ID = /^[0-9A-Za-z-]*$/;
const PLAIN_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^-?Infinity$|^NaN$/;

/** Postgres prints booleans as one letter in text results. */
const BOOLEANS = new Map([
  ["t", "true"],
  ["f", "false"],
  ["true", "true"],
  ["false", "false"],
]);

function numberCell(value: string | number | bigint | boolean): string {
  return typeof value === "string" && !PLAIN_NUMBER.test(value) ? textCell(value) : String(value);
}

function createInstantCell(): CellFormatter {
  const formatInstant = createInstantFormatter();
  return (value) => {
    if (typeof value === "number") return formatInstant(value);
    if (typeof value !== "string") return String(value);
    const instant: Micros | undefined = parseInstant(value);
    return instant === undefined ? textCell(value) : formatInstant(instant);
  };
}

function textCell(value: string): string {
  const text = value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
  return guardFormula(text);
}

const NEEDS_QUOTES = /[",\n\r]/;

function quote(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
