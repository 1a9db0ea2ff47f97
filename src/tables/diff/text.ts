import { DIFF_HASH_DIGITS } from "../content-digest.ts";
import { countOf, quoted } from "../row.ts";
import type { RowChange, TableDiff } from "./diff.ts";

export interface DiffTextOptions {
  table: string;
  /** Rows that differ are printed up to so many; the rest is counted. */
  rows: number;
}

/** The summary for people: what was compared, by which key, counts, columns, and the hash. */
export function diffSummaryText(diff: TableDiff, table: string): string {
  const { before, after, summary, key, hash } = diff;
  const count = (number: number) => number.toLocaleString("en-US");
  const lines = [
    `${table}: ${before.label} (${countOf(before.rows, "row")}) → ${after.label} (${countOf(after.rows, "row")})`,
    `  added ${count(summary.added)}, removed ${count(summary.removed)}, changed ${count(summary.changed)}, unchanged ${count(summary.unchanged)}`,
    key.origin === "whole row"
      ? "  rows are compared as a whole: no set of columns is unique in both (say --key COLUMN)"
      : `  rows are recognised by ${key.columns.map((name) => quoted(name)).join(", ")} (${ORIGINS[key.origin]})`,
  ];
  if (summary.repeatedKeys > 0) lines.push(`  keys that stand more than once: ${count(summary.repeatedKeys)}`);
  if (summary.addedColumns.length > 0) lines.push(`  new columns: ${names(summary.addedColumns)}`);
  if (summary.removedColumns.length > 0) lines.push(`  columns that are gone: ${names(summary.removedColumns)}`);
  if (summary.changedCells.length > 0) {
    lines.push("  changed cells by column:");
    for (const { column, cells } of summary.changedCells) lines.push(`    ${quoted(column)}: ${count(cells)}`);
  }
  lines.push(`  diff hash ${hash.slice(0, DIFF_HASH_DIGITS)}`);
  return `${lines.join("\n")}\n`;
}

const ORIGINS = {
  given: "given",
  configured: "from the configuration",
  proposed: "proposed from the data, --key COLUMN chooses others",
} as const;

function names(columns: readonly string[]): string {
  return columns.map((name) => quoted(name)).join(", ");
}

/** Summary first, then the rows that differ: `+` added, `-` removed, `~` changed with its cells. */
export async function* diffText(diff: TableDiff, { table, rows }: DiffTextOptions): AsyncGenerator<string> {
  yield diffSummaryText(diff, table);
  const { summary, columns, key } = diff;
  const total = summary.added + summary.removed + summary.changed;
  if (total === 0) {
    yield "\nno differences\n";
    return;
  }
  const keyIndices = key.columns.map((name) => columns.indexOf(name));
  let printed = 0;
  if (rows > 0) yield "\n";
  for await (const batch of diff.changes()) {
    let text = "";
    for (const change of batch) {
      if (printed === rows) break;
      printed++;
      text += changeText(change, columns, keyIndices);
    }
    yield text;
    if (printed === rows) break;
  }
  if (printed < total) {
    yield `\n… and ${countOf(total - printed, "more row")} that differ; --rows all shows all, --format csv is for spreadsheets\n`;
  }
}

function changeText(change: RowChange, columns: readonly string[], keyIndices: readonly number[]): string {
  const cells = (row: readonly string[], indices: readonly number[]) =>
    indices
      .flatMap((index) => (row[index] === "" ? [] : [`${shown(columns[index] ?? "")}=${quoted(row[index] ?? "", 80)}`]))
      .join(" ");
  const others = columns.flatMap((_, index) => (keyIndices.includes(index) ? [] : [index]));
  if (change.kind === "changed") {
    const changed = change.changedColumns.map((name) => {
      const index = columns.indexOf(name);
      return `    ${shown(name)}: ${quoted(change.before[index] ?? "", 200)} → ${quoted(change.after[index] ?? "", 200)}\n`;
    });
    return `~ ${cells(change.before, keyIndices)}\n${changed.join("")}`;
  }
  const [mark, row] = change.kind === "added" ? ["+", change.after] : ["-", change.before];
  return `${mark} ${[cells(row, keyIndices), cells(row, others)].filter((part) => part !== "").join("  ")}\n`;
}

/** A name as it is, unless it holds what would disturb a terminal. */
function shown(name: string): string {
  return /\p{Cc}/u.test(name) ? quoted(name) : name;
}
