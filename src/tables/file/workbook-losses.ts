import { countOf, quoted, type Row } from "../row.ts";
import { readText } from "./workbook-cell.ts";

/** How often what is written would not be read back as it is. */
export interface WorkbookLosses {
  cells: number;
  rows: number;
}

/** Counts what reading a row again would change. */
export function noteLosses(cells: Row, losses: WorkbookLosses): void {
  if (cells.every((value) => readText(value) === "")) losses.rows++;
  else for (const value of cells) if (readText(value) !== value) losses.cells++;
}

/** What to tell of the losses; "" for none. */
export function lossText({ cells, rows }: WorkbookLosses, sheet: string): string {
  const parts = [
    ...(cells > 0
      ? [`${countOf(cells, "cell")} with spaces around them, non-breaking spaces or an asterisk at the end`]
      : []),
    ...(rows > 0 ? [countOf(rows, "row without any value", "rows without any value")] : []),
  ];
  if (parts.length === 0) return "";
  return `${quoted(sheet)} holds ${parts.join(" and ")}, which are read otherwise from a workbook; use CSV to load it again as it is`;
}
