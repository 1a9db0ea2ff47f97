import { DIFF_HASH_DIGITS } from "../content-digest.ts";
import { countOf } from "../row.ts";
import type { RowChange, TableDiff } from "./diff.ts";

export interface DiffPageOptions {
  table: string;
  /** Rows that differ are shown up to so many; the page says how many are left out. */
  rows: number;
}

/** One page that needs nothing else: no script, no other file, every value escaped; light and dark, and on paper. */
export async function* diffHtml(diff: TableDiff, { table, rows }: DiffPageOptions): AsyncGenerator<string> {
  const { before, after, summary, key, columns, hash } = diff;
  const total = summary.added + summary.removed + summary.changed;
  const title = `${table}: ${before.label} to ${after.label}`;
  yield `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escapeHtml(title)}</h1>
<p>${countOf(before.rows, "row")} before, ${countOf(after.rows, "row")} after. ${escapeHtml(keySentence(key.origin, key.columns))}
Diff hash <code>${hash.slice(0, DIFF_HASH_DIGITS)}</code>.</p>
${countsTable(diff)}
${columnsSection(diff)}
`;
  if (total === 0) {
    yield "<p>No differences.</p>\n</main></body></html>\n";
    return;
  }
  yield `<table><caption>Rows that differ${total > rows ? `, the first ${rows.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}` : ""}</caption>
<thead><tr><th scope="col">Change</th>${columns.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join("")}</tr></thead><tbody>
`;
  let printed = 0;
  for await (const batch of diff.changes()) {
    const shown = batch.slice(0, rows - printed);
    printed += shown.length;
    yield shown.map((change) => rowHtml(change, columns)).join("");
    if (printed >= rows) break;
  }
  yield "</tbody></table>\n";
  if (printed < total) yield `<p>${countOf(total - printed, "more row")} are left out here.</p>\n`;
  yield "</main></body></html>\n";
}

function keySentence(origin: string, columns: readonly string[]): string {
  if (origin === "whole row") return "Rows are compared as a whole, since no set of columns is unique in both.";
  return `Rows are recognised by ${columns.join(", ")} (${origin}).`;
}

function countsTable({ summary }: TableDiff): string {
  const rows = (["added", "removed", "changed", "unchanged"] as const).map(
    (kind) => `<tr><th scope="row">${kind}</th><td class="n">${summary[kind].toLocaleString("en-US")}</td></tr>`,
  );
  return `<table><caption>Rows</caption><tbody>${rows.join("")}</tbody></table>`;
}

function columnsSection({ summary }: TableDiff): string {
  const { addedColumns, removedColumns, changedCells } = summary;
  const lists = [
    ["New columns", addedColumns],
    ["Columns that are gone", removedColumns],
  ] as const;
  const texts = lists.flatMap(([label, names]) =>
    names.length === 0 ? [] : [`<p>${label}: ${names.map(escapeHtml).join(", ")}</p>`],
  );
  if (changedCells.length > 0) {
    const rows = changedCells.map(
      ({ column, cells }) =>
        `<tr><th scope="row">${escapeHtml(column)}</th><td class="n">${cells.toLocaleString("en-US")}</td></tr>`,
    );
    texts.push(`<table><caption>Changed cells by column</caption><tbody>${rows.join("")}</tbody></table>`);
  }
  return texts.join("\n");
}

function rowHtml(change: RowChange, columns: readonly string[]): string {
  const cells = columns.map((name, index) => {
    if (change.kind === "added") return `<td>${escapeHtml(change.after[index] ?? "")}</td>`;
    if (change.kind === "removed") return `<td>${escapeHtml(change.before[index] ?? "")}</td>`;
    const before = escapeHtml(change.before[index] ?? "");
    if (!change.changedColumns.includes(name)) return `<td>${before}</td>`;
    return `<td class="c"><del>${before}</del> <ins>${escapeHtml(change.after[index] ?? "")}</ins></td>`;
  });
  return `<tr class="${change.kind}"><th scope="row">${change.kind}</th>${cells.join("")}</tr>\n`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --line: #c9c9c9; --plus: #e3f5e1; --minus: #fbe3e4; --edit: #faf3d1 }
@media (prefers-color-scheme: dark) { :root { --ink: #f0f0f0; --paper: #1b1b1b; --line: #565c65; --plus: #16351f; --minus: #451a1d; --edit: #3d3413 } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif }
main { max-width: 90rem; margin: 0 auto; padding: 1.5rem; overflow-x: auto }
h1 { font-size: 1.5rem } table { border-collapse: collapse; margin: 1rem 0 }
caption { text-align: left; font-weight: 600; padding: .25rem 0 }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top; white-space: pre-wrap }
.n { text-align: right; font-variant-numeric: tabular-nums }
.added { background: var(--plus) } .removed { background: var(--minus) } .c { background: var(--edit) }
ins { font-weight: 600; text-decoration: underline }`;
