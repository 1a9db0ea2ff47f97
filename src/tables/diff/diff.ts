import { columnIndices } from "../column-order.ts";
import { ContentDigest, diffHash } from "../content-digest.ts";
import { GuardError } from "../errors.ts";
import { type Key, proposeKey } from "../key.ts";
import { quoted, type Row, type TableSource } from "../row.ts";
import { rowLine } from "./line.ts";
import { LineSorter } from "./line-sorter.ts";
import { mergeLines } from "./merge.ts";
import { SpillFolder } from "./spill-folder.ts";

/** One row that differs. Cells are in the order of `TableDiff.columns`; `changedColumns` are names. */
export type RowChange =
  | { kind: "added"; after: Row }
  | { kind: "removed"; before: Row }
  | { kind: "changed"; before: Row; after: Row; changedColumns: readonly string[] };

export interface DiffSummary {
  added: number;
  removed: number;
  changed: number;
  unchanged: number;
  /** Keys that stand more than once on a side; 0 when rows are matched as a whole. */
  repeatedKeys: number;
  /** Columns with changed cells and how many, most first. */
  changedCells: readonly { column: string; cells: number }[];
  addedColumns: readonly string[];
  removedColumns: readonly string[];
}

export interface DiffSide {
  label: string;
  rows: number;
  /** The digest of its content, whatever the order of rows and columns. */
  digest: string;
}

/** What differs between two tables. Close it: rows may lie on disk until then. */
export interface TableDiff {
  before: DiffSide;
  after: DiffSide;
  key: Key;
  /** Those of the later table in its order, then those that only the earlier one has. */
  columns: readonly string[];
  summary: DiffSummary;
  /** Names the two contents (content-digest.ts, diffHash). */
  hash: string;
  /** The rows that differ, by key, batch by batch; as often as wanted. */
  changes(): AsyncIterable<readonly RowChange[]>;
  close(): Promise<void>;
}

export interface DiffOptions {
  /** Columns to recognise rows by; without them they are proposed from the data. */
  key?: { columns: readonly string[]; origin: "given" | "configured" } | undefined;
  signal?: AbortSignal | undefined;
  /** Bytes of rows kept in memory on each side before they go to disk. */
  bytesInMemory?: number | undefined;
}

/**
 * Compares two tables by key. Differences in the order of rows or columns do not count, and an empty
 * cell equals a missing one. Rows are sorted on disk where they are many, so memory stays bounded
 * for tables of any size.
 *
 * @throws GuardError where a key column is in neither table
 */
export async function diffTables(
  before: TableSource,
  after: TableSource,
  options: DiffOptions = {},
): Promise<TableDiff> {
  const columns = [...after.columns, ...before.columns.filter((name) => !after.columns.includes(name))];
  const key = await chooseKey(before, after, columns, options.key);
  const order = [...key.columns, ...columns.filter((name) => !key.columns.includes(name))];
  const spill = new SpillFolder();
  try {
    const left = await sortSide(before, order, spill, options);
    const right = await sortSide(after, order, spill, options);
    const keyCells = key.columns.length;
    const back = columnIndices(order, columns);
    const summary = await summarise();
    return {
      before: left.side,
      after: right.side,
      key,
      columns,
      summary,
      hash: diffHash(left.side.digest, right.side.digest),
      changes,
      close: () => spill.remove(),
    };

    async function summarise(): Promise<DiffSummary> {
      const counts = { added: 0, removed: 0, changed: 0, unchanged: 0, repeatedKeys: 0 };
      const cells = new Map<string, number>();
      const onSame = () => counts.unchanged++;
      const onRepeatedKey = key.origin === "whole row" ? undefined : () => counts.repeatedKeys++;
      const lines = mergeLines(left.lines.sorted(), right.lines.sorted(), {
        keyCells,
        onSame,
        ...(onRepeatedKey === undefined ? {} : { onRepeatedKey }),
      });
      for await (const batch of lines) {
        options.signal?.throwIfAborted();
        for (const change of batch) {
          counts[change.kind]++;
          if (change.kind !== "changed") continue;
          for (const at of change.cells) cells.set(order[at] ?? "", (cells.get(order[at] ?? "") ?? 0) + 1);
        }
      }
      return {
        ...counts,
        changedCells: [...cells]
          .map(([column, count]) => ({ column, cells: count }))
          .sort((a, b) => b.cells - a.cells || (a.column < b.column ? -1 : 1)),
        addedColumns: after.columns.filter((name) => !before.columns.includes(name)),
        removedColumns: before.columns.filter((name) => !after.columns.includes(name)),
      };
    }

    async function* changes(): AsyncGenerator<readonly RowChange[]> {
      const inOrder = (cells: readonly string[]): Row => back.map((index) => cells[index] ?? "");
      for await (const batch of mergeLines(left.lines.sorted(), right.lines.sorted(), { keyCells })) {
        options.signal?.throwIfAborted();
        yield batch.map((change): RowChange => {
          if (change.kind === "added") return { kind: "added", after: inOrder(change.after) };
          if (change.kind === "removed") return { kind: "removed", before: inOrder(change.before) };
          const changedColumns = change.cells.map((at) => order[at] ?? "");
          return { kind: "changed", before: inOrder(change.before), after: inOrder(change.after), changedColumns };
        });
      }
    }
  } catch (error) {
    await spill.remove();
    throw error;
  }
}

async function chooseKey(
  before: TableSource,
  after: TableSource,
  columns: readonly string[],
  given: DiffOptions["key"],
): Promise<Key> {
  if (given !== undefined) {
    const missing = given.columns.filter((name) => !before.columns.includes(name) || !after.columns.includes(name));
    if (missing.length > 0) {
      throw new GuardError(
        `the key column ${missing.map((name) => quoted(name)).join(", ")} is not in both ${before.label} and ${after.label}`,
        { hint: `columns are: ${columns.map((name) => quoted(name)).join(", ")}` },
      );
    }
    return given;
  }
  const proposed = await proposeKey([before, after]);
  return proposed === undefined ? { columns, origin: "whole row" } : { columns: proposed, origin: "proposed" };
}

async function sortSide(source: TableSource, order: readonly string[], spill: SpillFolder, options: DiffOptions) {
  const lines = new LineSorter(spill, options.bytesInMemory);
  const digest = new ContentDigest(source.columns);
  const indices = columnIndices(source.columns, order);
  for await (const batch of source.rows()) {
    options.signal?.throwIfAborted();
    for (const row of batch.rows) {
      digest.add(row);
      if (lines.add(rowLine(row, indices))) await lines.spill();
    }
  }
  const side: DiffSide = { label: source.label, rows: digest.rows, digest: digest.digest() };
  return { lines, side };
}
