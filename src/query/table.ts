import type { ResultColumn, ResultType } from "../source/header.ts";
import type { Row, Value } from "../source/value-types.ts";
import { formatInstant } from "../time/instant.ts";

const GAP = "  ";
const CUT = "…";
/** No column is cut below this; a narrower terminal wraps lines instead. */
const NARROWEST = 8;

/**
 * Rows as an aligned table. The widths come from the first batch, so that rows can be printed as they come; a later cell that is longer is cut.
 * Nothing is cut silently: a cut cell ends in `…`, and the last line says how many were. Characters that would move the cursor, hide or
 * reorder text are printed as escapes, since a file's name or a message may hold anything.
 *
 * @param width the terminal's columns; undefined to leave every cell of the first batch whole
 */
export async function* formatTable(
  columns: readonly ResultColumn[],
  batches: AsyncIterable<readonly Row[]>,
  width: number | undefined,
): AsyncGenerator<string, void, undefined> {
  let widths: number[] | undefined;
  let rows = 0;
  let cut = 0;
  const line = (cells: readonly string[]): string => {
    const printed = cells.map((cell, index) => {
      const room = widths?.[index] ?? 0;
      const fitted = cutTo(cell, room);
      if (fitted !== cell) cut++;
      const padding = " ".repeat(Math.max(0, room - displayWidth(fitted)));
      return columns[index]?.type === "number" ? padding + fitted : fitted + padding;
    });
    return `${printed.join(GAP).trimEnd()}\n`;
  };
  const head = (first: readonly (readonly string[])[]): string => {
    const names = columns.map((column) => column.name);
    widths = columnWidths(names, first, width);
    return line(names) + line(widths.map((columnWidth) => "-".repeat(columnWidth)));
  };

  for await (const batch of batches) {
    const cells = batch.map((row) => columns.map(({ type }, index) => printable(row[index] ?? null, type)));
    let text = widths ? "" : head(cells);
    for (const row of cells) text += line(row);
    rows += batch.length;
    yield text;
  }
  if (!widths) yield head([]);
  yield `(${rows} ${rows === 1 ? "row" : "rows"})\n`;
  if (cut > 0)
    yield `${cut} ${cut === 1 ? "cell was" : "cells were"} cut (${CUT}); --format csv or json shows all of it\n`;
}

/** Natural widths, then, where they do not fit, the widest columns give way first. */
function columnWidths(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): number[] {
  const widths = names.map((name, index) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? "")), displayWidth(name)),
  );
  if (width === undefined) return widths;
  let excess = widths.reduce((sum, columnWidth) => sum + columnWidth, 0) + GAP.length * (widths.length - 1) - width;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    const at = widths.filter((columnWidth) => columnWidth === widest).length;
    const next = Math.max(NARROWEST, ...widths.filter((columnWidth) => columnWidth < widest));
    const step = Math.max(1, Math.min(widest - next, Math.floor(excess / at)));
    for (let index = 0; index < widths.length && excess > 0; index++) {
      if (widths[index] !== widest) continue;
      widths[index] = widest - step;
      excess -= step;
    }
  }
  return widths;
}

function printable(value: Value, type: ResultType): string {
  if (value === null) return "";
  if (type === "instant" && typeof value === "number") {
    return Number.isFinite(value) ? formatInstant(value) : value > 0 ? "infinity" : "-infinity";
  }
  return printableText(String(value));
}

/** A text for a terminal: what would move the cursor, hide or reorder text is written as an escape. */
export function printableText(text: string): string {
  return text.replaceAll(UNPRINTABLE, escapeOf);
}

/** Controls, line separators, marks that change the direction of text, invisible joiners and lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeOf(char: string): string {
  return SHORT_ESCAPES[char] ?? `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}

function cutTo(text: string, room: number): string {
  if (displayWidth(text) <= room) return text;
  let kept = "";
  let used = CUT.length;
  for (const char of text) {
    used += charWidth(char);
    if (used > room) break;
    kept += char;
  }
  return kept + CUT;
}

/** The columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: plain ASCII is the common case, and its width its length
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** Two for East Asian wide characters and emoji, none for marks that join the character before. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

function charWidth(char: string): number {
  if (/\p{Mn}|\p{Me}/u.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}
