import { displayWidth, printableText } from "../query/table.ts";

/** A column of a small table; `right` for numbers. */
export interface Heading {
  title: string;
  right?: boolean;
}

const GAP = "  ";

/** A small table as lines without their ends: aligned by its widest cells, nothing cut, controls escaped. */
export function alignedTable(headings: readonly Heading[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(printableText));
  const widths = headings.map(({ title }, column) =>
    cells.reduce((widest, row) => Math.max(widest, displayWidth(row[column] ?? "")), displayWidth(title)),
  );
  const line = (row: readonly string[]): string =>
    headings
      .map(({ right }, column) => {
        const cell = row[column] ?? "";
        const padding = " ".repeat((widths[column] ?? 0) - displayWidth(cell));
        return right ? padding + cell : cell + padding;
      })
      .join(GAP)
      .trimEnd();
  return [line(headings.map(({ title }) => title)), ...cells.map(line)];
}
