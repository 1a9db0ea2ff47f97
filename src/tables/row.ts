/**
 * A table as the rest of this folder sees it, wherever it comes from: names of columns and rows of
 * strings. ReportStream keeps nothing else in a lookup table: every value is a string, an empty cell
 * is "", and a missing or null member reads as "" (ReportStream: metadata/LookupTable.kt).
 */
export type Row = readonly string[];

/** Some rows in their order, and where each of them starts, so that a message can point at it. */
export interface RowBatch {
  rows: readonly Row[];
  /** The line of a CSV file, the row of a sheet, or row_num of a stored version, from 1. */
  places: readonly number[];
}

/** How grave a finding is: an `error` stops `create` unless it is allowed, a `warning` is shown, a `note` explains. */
export type Level = "error" | "warning" | "note";

/** One thing found out about a table, by the rule named. */
export interface Finding {
  rule: string;
  level: Level;
  message: string;
}

/** A table that can be read as often as needed, batch by batch, without being held in memory. */
export interface TableSource {
  /** What it is, for messages: a file's name or "version 41". */
  label: string;
  /** What a place counts: lines of a file, or rows of a sheet or a stored version. */
  placeWord: "line" | "row";
  columns: readonly string[];
  /** What was noticed while opening it. */
  remarks: readonly Finding[];
  /** Every call starts again at the first row. A row may have more or fewer cells than there are columns. */
  rows(): AsyncIterable<RowBatch>;
}

/** A row's cells as JSON texts, which checksums, digests and the database all want. */
export function jsonCells(row: Row): string[] {
  const json = new Array<string>(row.length);
  for (let index = 0; index < row.length; index++) json[index] = JSON.stringify(row[index]);
  return json;
}

/** "1 row", "1,244 rows". */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? singular : plural}`;
}

/** A value or name in quotes, cut to `limit` characters and with control characters made visible. */
export function quoted(text: string, limit = 60): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return `"${cut.replace(/\p{Cc}|[\u00a0\u200b\ufeff]/gu, visible)}"`;
}

function visible(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
