import { type Column, createCsvFormatter } from "../../output/csv.ts";
import type { RowChange, TableDiff } from "./diff.ts";

/** The documented shape of `tables diff --format json`, without its rows. */
export function diffDocument(diff: TableDiff, table: string) {
  const { before, after, key, columns, summary, hash } = diff;
  return { table, before, after, key, hash, summary, columns };
}

/** One JSON document, streamed: the summary first, then `changes`, one a line. */
export async function* diffJson(diff: TableDiff, table: string): AsyncGenerator<string> {
  const head = JSON.stringify(diffDocument(diff, table));
  yield `${head.slice(0, -1)},"changes":[`;
  let first = true;
  for await (const batch of diff.changes()) {
    let text = "";
    for (const change of batch) {
      text += `${first ? "\n" : ",\n"}${JSON.stringify(changeDocument(change, diff.columns))}`;
      first = false;
    }
    yield text;
  }
  yield "\n]}\n";
}

function changeDocument(change: RowChange, columns: readonly string[]) {
  const object = (row: readonly string[]) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? ""]));
  switch (change.kind) {
    case "added":
      return { kind: change.kind, after: object(change.after) };
    case "removed":
      return { kind: change.kind, before: object(change.before) };
    case "changed":
      return {
        kind: change.kind,
        changedColumns: change.changedColumns,
        before: object(change.before),
        after: object(change.after),
      };
  }
}

/**
 * CSV for spreadsheets: `change` (added, removed, before, after) and `changed_columns`, then every column of the tables. A changed row
 * is two lines, before and after. Texts are guarded against formulas as in every export.
 */
export async function* diffCsv(diff: TableDiff): AsyncGenerator<string> {
  const columns: Column[] = ["change", "changed_columns", ...diff.columns].map((name) => ({ name, type: "text" }));
  const { header, formatRow } = createCsvFormatter(columns);
  yield header;
  for await (const batch of diff.changes()) {
    let text = "";
    for (const change of batch) {
      if (change.kind === "added") text += formatRow(["added", "", ...change.after]);
      else if (change.kind === "removed") text += formatRow(["removed", "", ...change.before]);
      else {
        const changed = change.changedColumns.join("; ");
        text += formatRow(["before", changed, ...change.before]) + formatRow(["after", changed, ...change.after]);
      }
    }
    yield text;
  }
}
