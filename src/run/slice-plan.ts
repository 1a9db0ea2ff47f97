import { ConfigError } from "../errors.ts";
import { formatInstant, MINUTE, type Micros, SECOND } from "../time/instant.ts";
import type { RowBudget } from "./read/lineage-rows.ts";
import type { Slice } from "./read/slice-lineage.ts";
import type { StepRows } from "./read/window-rows.ts";

const MEGABYTE = 1_000_000;

/**
 * What a run takes beside the rows of a slice: the program itself, its buffers, what is added up, what operators watch, and what the C library
 * keeps of freed tables. Measured as what the peaks of a day of 300,000 items in 4 to 13 slices have in common, and rounded up.
 */
const FLOOR = 165 * MEGABYTE;

/** A slice that has less than this would be read for a few submissions at a time. */
const LEAST_FOR_ROWS = 25 * MEGABYTE;

/** Bytes at the peak for each row that is read: in tables, in the graph that is built of them, and as garbage of reading and writing. */
const BYTES = { report: 220, edge: 60, entry: 150 } as const;

const BYTES_OF_QUERY: Readonly<Record<string, number>> = {
  "lineage-reports": BYTES.report,
  "lineage-edges": BYTES.edge,
};

/**
 * How much of the room is planned for what was written in a slice; the rest is for what came of it later, and for what it came of. A slice
 * that takes more is read twice, a slice that takes less costs little.
 */
const PLANNED = 0.65;

/** What was made of a submission soon after it is cheaper to read by time than by key. */
const NEAR = 5 * MINUTE;

/** The least limit that works, in megabytes. */
export const LEAST_MEGABYTES = (FLOOR + LEAST_FOR_ROWS) / MEGABYTE;

/**
 * Cuts a window so that each slice's rows fit below a limit of memory; undefined when the window can be read whole.
 *
 * @param limit megabytes of resident memory
 * @param rows counted from the window's start to its horizon, step by step; steps without rows may be missing
 * @throws ConfigError when the limit is below what any run takes
 */
export function planSlices(
  span: { from: Micros; to: Micros; horizon: Micros },
  limit: number,
  rows: readonly StepRows[],
): Slice[] | undefined {
  const room = roomOf(limit);
  if (rows.reduce((sum, step) => sum + bytesOf(step), 0) <= room) return undefined;
  const bounds: Micros[] = [];
  let filled = 0;
  for (const step of rows) {
    if (step.from >= span.to) break;
    const bytes = bytesOf(step);
    if (filled > 0 && filled + bytes > PLANNED * room) {
      bounds.push(step.from);
      filled = 0;
    }
    filled += bytes;
  }
  return slicesBetween(span, bounds);
}

/** A window's slices, cut at these instants; those that do not lie inside of it are left out. */
export function slicesBetween(
  { from, to, horizon }: { from: Micros; to: Micros; horizon: Micros },
  bounds: readonly Micros[],
): Slice[] {
  const inside = [...new Set(bounds)].filter((at) => at > from && at < to).sort((left, right) => left - right);
  const starts = [from, ...inside];
  return starts.map((start, at) => sliceOf(start, starts[at + 1] ?? to, horizon));
}

/**
 * The two halves of a slice that turned out to be too large.
 *
 * @throws ConfigError when it is too short to be cut
 */
export function halves({ from, to }: Slice, horizon: Micros): [Slice, Slice] {
  const middle = from + Math.floor((to - from) / 2);
  if (to - from < 2 * SECOND) {
    throw new ConfigError(
      `the submissions of the second at ${formatInstant(from)} take more memory than the limit leaves`,
      {
        hint: "state a higher limit (--memory), or none",
      },
    );
  }
  return [sliceOf(from, middle, horizon), sliceOf(middle, to, horizon)];
}

function sliceOf(from: Micros, to: Micros, horizon: Micros): Slice {
  return { from, to, near: Math.min(horizon, to + Math.min(NEAR, Math.ceil((to - from) / 4))) };
}

/** Thrown while a slice is read that takes more memory than there is. */
export class SliceTooLarge extends Error {
  override readonly name = "SliceTooLarge";
}

/** The room for the rows of one slice. */
export class SliceBudget implements RowBudget {
  #left: number;

  /** @param room bytes */
  constructor(room: number) {
    this.#left = room;
  }

  take(query: string): void {
    this.#left -= BYTES_OF_QUERY[query] ?? 0;
    if (this.#left < 0) throw new SliceTooLarge();
  }
}

/**
 * Refuses a limit that no run can keep, whatever its window: before anything is read.
 *
 * @param limit megabytes; undefined for none
 * @throws ConfigError when it is below the least that works
 */
export function checkLimit(limit: number | undefined): void {
  if (limit !== undefined) roomOf(limit);
}

/**
 * The bytes that a limit leaves for the rows of a slice.
 *
 * @param limit megabytes of resident memory for the whole run
 * @throws ConfigError when there is too little
 */
export function roomOf(limit: number): number {
  const room = limit * MEGABYTE - FLOOR;
  if (room < LEAST_FOR_ROWS) {
    throw new ConfigError(`a run takes more than ${limit} MB of memory, however few rows it holds at a time`, {
      hint: `the least that works is ${LEAST_MEGABYTES} MB`,
    });
  }
  return room;
}

function bytesOf({ reports, itemEdges, logEntries }: StepRows): number {
  return reports * BYTES.report + itemEdges * BYTES.edge + logEntries * BYTES.entry;
}
