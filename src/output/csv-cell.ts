import { parseInstant } from "../time/instant.ts";
import type { Column } from "./csv.ts";
import { guardFormula } from "./formula.ts";
import { createInstantFormatter } from "./instant-text.ts";

/** Prints one value of a column, before quoting. */
export type CellFormatter = (value: string | number | bigint | boolean) => string;

/** How a column's values are printed; its own instance for each column, since it may remember the last value. */
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
      return (value) => (typeof value === "number" ? (value + 0).toFixed(digits) : numberCell(value));
    }
    case "instant":
      return createInstantCell();
    case "boolean":
      return (value) => (typeof value === "string" ? (BOOLEANS.get(value) ?? textCell(value)) : String(value));
  }
}

/** RFC 4180: quotes where a cell holds a comma, a quote or a line break. */
export function quote(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

const NEEDS_QUOTES = /[",\n\r]/;

/**
 * A column's type is a promise of whoever declared it; where the value breaks it (a user's own query
 * says `id` and returns names) the cell is treated as text, so that the guard cannot be lost by a slip.
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
    const instant = parseInstant(value);
    return instant === undefined ? textCell(value) : formatInstant(instant);
  };
}

/** NUL has no place in a file of text: many readers stop there. */
function textCell(value: string): string {
  return guardFormula(value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value);
}
