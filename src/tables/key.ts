import { columnIndices, storedOrder } from "./column-order.ts";
import { FingerprintSet, joinCells } from "./fingerprint.ts";
import type { Row, TableSource } from "./row.ts";

/** The columns by which rows of two versions are recognised as the same, and who chose them. */
export interface Key {
  columns: readonly string[];
  /** `whole row`: no small unique set was found, so a row is only the same or not. */
  origin: "given" | "configured" | "proposed" | "whole row";
}

/** The search stays small: at most so many columns in a key, sets tried of each size, sets checked in full. */
const LARGEST_KEY = 4;
const SETS_PER_SIZE = 2_000;
const SETS_IN_FULL = 8;
const SAMPLE_ROWS = 2_000;

/**
 * The smallest set of columns whose values are unique in every source; of several the one under which
 * most rows of the sources meet again, because a column that is unique by accident (a remark, a date)
 * would show every edit as one row removed and one added.
 *
 * Sets are tried on the first rows and the few that pass are checked in full, one at a time, in
 * 25 MB a million rows. Undefined where no set of up to four columns is unique.
 */
export async function proposeKey(sources: readonly TableSource[]): Promise<readonly string[] | undefined> {
  const [first, ...others] = sources;
  if (first === undefined) return undefined;
  const common = first.columns.filter((name) => others.every(({ columns }) => columns.includes(name)));
  const columns = storedOrder(common);
  const samples: Sample[] = [];
  // One after the other: two versions may be read through one connection.
  for (const source of sources) samples.push(await takeSample(source, columns));
  for (let size = 1; size <= Math.min(LARGEST_KEY, columns.length); size++) {
    const passing = setsOfSize(byVariety(columns, samples), size)
      .filter((set) => samples.every(({ rows }) => isUnique(rows, set)))
      .map((set) => ({ set, meeting: meetingRows(samples, set) }))
      .sort((a, b) => b.meeting - a.meeting || compareSets(a.set, b.set))
      .slice(0, SETS_IN_FULL);
    for (const { set } of passing) {
      const names = set.map((index) => columns[index] ?? "");
      if (samples.every(({ whole }) => whole) || (await isUniqueEverywhere(sources, names))) return names;
    }
  }
  return undefined;
}

interface Sample {
  rows: readonly Row[];
  /** The sample is all of it. */
  whole: boolean;
}

async function takeSample(source: TableSource, columns: readonly string[]): Promise<Sample> {
  const indices = columnIndices(source.columns, columns);
  const rows: Row[] = [];
  for await (const batch of source.rows()) {
    for (const row of batch.rows) {
      if (rows.length === SAMPLE_ROWS) return { rows, whole: false };
      rows.push(indices.map((index) => row[index] ?? ""));
    }
  }
  return { rows, whole: true };
}

/** Indices of the columns, those with most different values first, so that a bounded search meets good sets early. */
function byVariety(columns: readonly string[], samples: readonly Sample[]): number[] {
  const variety = columns.map((_, index) =>
    samples.reduce((sum, { rows }) => sum + new Set(rows.map((row) => row[index])).size, 0),
  );
  return columns.map((_, index) => index).sort((a, b) => (variety[b] ?? 0) - (variety[a] ?? 0) || a - b);
}

function setsOfSize(indices: readonly number[], size: number): number[][] {
  const sets: number[][] = [];
  const extend = (set: number[], from: number): void => {
    if (sets.length >= SETS_PER_SIZE) return;
    if (set.length === size) {
      sets.push([...set].sort((a, b) => a - b));
      return;
    }
    for (let at = from; at < indices.length; at++) extend([...set, indices[at] ?? 0], at + 1);
  };
  extend([], 0);
  return sets;
}

/** A key with a blank cell identifies nothing, so blanks count as a repetition. */
function isUnique(rows: readonly Row[], set: readonly number[]): boolean {
  const seen = new Set<string>();
  for (const row of rows) {
    if (set.length === 1 && row[set[0] ?? 0] === "") return false;
    const key = joinCells(row, set);
    if (seen.has(key)) return false;
    seen.add(key);
  }
  return true;
}

function meetingRows(samples: readonly Sample[], set: readonly number[]): number {
  const [first, second] = samples;
  if (first === undefined || second === undefined) return 0;
  const keys = new Set(first.rows.map((row) => joinCells(row, set)));
  return second.rows.reduce((count, row) => count + (keys.has(joinCells(row, set)) ? 1 : 0), 0);
}

function compareSets(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((index, position) => index !== b[position]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

async function isUniqueEverywhere(sources: readonly TableSource[], names: readonly string[]): Promise<boolean> {
  for (const source of sources) {
    const indices = columnIndices(source.columns, names);
    const seen = new FingerprintSet();
    for await (const batch of source.rows()) {
      for (const row of batch.rows) if (seen.addCells(row, indices) !== 0) return false;
    }
  }
  return true;
}
