import type { CastingContext, Options } from "csv-stringify";
import type { Column } from "./csv.ts";
import { type CellFormatter, createCellFormatter } from "./csv-cell.ts";

/**
 * Options with which csv-stringify prints the same bytes as CsvFormatter for the same columns and
 * rows (arrays, a value for each column): its own defaults print dates as epoch milliseconds and
 * booleans as 1 and nothing, and its `escape_formulas` spoils negative numbers that arrive as text.
 * Dates and objects (jsonb), which the driver may hand over, are printed as instants and as JSON.
 */
export function csvStringifyOptions(columns: readonly Column[]): Options {
  const cells = columns.map(createCellFormatter);
  const cast = (value: string | number | bigint | boolean, context: CastingContext): string =>
    context.header ? String(value) : (cells[context.index] as CellFormatter)(value);
  return {
    header: true,
    columns: columns.map(({ name }, index) => ({ key: name || String(index), header: name })),
    cast: {
      string: cast,
      number: cast,
      bigint: cast,
      boolean: cast,
      date: (value, context) =>
        columns[context.index]?.type === "instant"
          ? cast(value.getTime() * 1000, context)
          : cast(value.toISOString(), context),
      object: (value, context) => cast(JSON.stringify(value), context),
    },
  };
}
