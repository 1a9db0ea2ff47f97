import { lineCells, linePrefix } from "./line.ts";
import { LineCursor } from "./line-cursor.ts";

/** One row that differs; cells are in the order of the lines that were merged. */
export type LineChange =
  | { kind: "added"; after: readonly string[] }
  | { kind: "removed"; before: readonly string[] }
  | { kind: "changed"; before: readonly string[]; after: readonly string[]; cells: readonly number[] };

export interface MergeOptions {
  /** How many cells at the start of a line are the key. */
  keyCells: number;
  /** Told of every row that is the same on both sides. */
  onSame?: () => void;
  /** Told, once a key, where the key stands more than once on a side. */
  onRepeatedKey?: () => void;
}

/** Rows of one key that are paired with each other at most; beyond, they are removed and added. */
const LARGEST_GROUP = 10_000;
const BATCH_CHANGES = 500;

/**
 * What differs between two sorted lists of lines, in the order of the keys. Lines that are equal
 * cancel each other, however often they occur; of the rest with the same key, the first of one side
 * and the first of the other are one changed row. So taking away what is `removed` or changed from
 * the first list and adding what is `added` or changed gives the second.
 */
export async function* mergeLines(
  before: AsyncIterable<string[]>,
  after: AsyncIterable<string[]>,
  { keyCells, onSame, onRepeatedKey }: MergeOptions,
): AsyncGenerator<LineChange[]> {
  const left = new LineCursor(before);
  const right = new LineCursor(after);
  let batch: LineChange[] = [];
  let lastKey = "\n";
  try {
    await Promise.all([left.fill(), right.fill()]);
    while (left.line !== undefined || right.line !== undefined) {
      if (batch.length >= BATCH_CHANGES) {
        yield batch;
        batch = [];
      }
      if (left.line === right.line && onRepeatedKey === undefined) {
        onSame?.();
        if (!left.next()) await left.fill();
        if (!right.next()) await right.fill();
        continue;
      }
      const key = smallerKey(left.line, right.line, keyCells);
      const removed: string[] = [];
      const added: string[] = [];
      let [leftCount, rightCount] = [0, 0];
      for (;;) {
        const leftLine = left.line?.startsWith(key) === true ? left.line : undefined;
        const rightLine = right.line?.startsWith(key) === true ? right.line : undefined;
        if (leftLine === undefined && rightLine === undefined) break;
        const takeLeft = leftLine !== undefined && (rightLine === undefined || leftLine <= rightLine);
        const takeRight = rightLine !== undefined && (leftLine === undefined || rightLine <= leftLine);
        if (takeLeft && takeRight) onSame?.();
        else if (takeLeft) removed.push(leftLine);
        else if (takeRight) added.push(rightLine);
        if (takeLeft) {
          leftCount++;
          if (!left.next()) await left.fill();
        }
        if (takeRight) {
          rightCount++;
          if (!right.next()) await right.fill();
        }
        if (removed.length + added.length >= LARGEST_GROUP) break;
      }
      if ((leftCount > 1 || rightCount > 1) && key !== lastKey) onRepeatedKey?.();
      lastKey = key;
      batch.push(...pairUp(removed, added));
    }
    if (batch.length > 0) yield batch;
  } finally {
    await Promise.all([left.close(), right.close()]);
  }
}

function smallerKey(left: string | undefined, right: string | undefined, keyCells: number): string {
  if (left === undefined) return linePrefix(right ?? "", keyCells);
  if (right === undefined || left < right) return linePrefix(left, keyCells);
  return linePrefix(right, keyCells);
}

function pairUp(removed: readonly string[], added: readonly string[]): LineChange[] {
  const changes: LineChange[] = [];
  const pairs = Math.min(removed.length, added.length);
  for (let index = 0; index < pairs; index++) {
    const before = lineCells(removed[index] ?? "");
    const after = lineCells(added[index] ?? "");
    const cells = before.flatMap((cell, at) => (cell === after[at] ? [] : [at]));
    changes.push({ kind: "changed", before, after, cells });
  }
  for (const line of removed.slice(pairs)) changes.push({ kind: "removed", before: lineCells(line) });
  for (const line of added.slice(pairs)) changes.push({ kind: "added", after: lineCells(line) });
  return changes;
}
