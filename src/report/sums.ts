import { OUTCOMES, type Outcome } from "../outcome/words.ts";
import { type Counts, total } from "../summary/counts.ts";

export interface Cell {
  outcome: Outcome;
  count: number;
}

/** What can become of an item that has a receiver. */
export const RECEIVER_OUTCOMES: readonly Outcome[] = OUTCOMES.filter(
  (outcome) => outcome !== "unrouted" && outcome !== "rejected",
);

export function cells(counts: Counts, outcomes: readonly Outcome[] = OUTCOMES): Cell[] {
  return outcomes.map((outcome) => ({ outcome, count: counts[outcome] }));
}

export interface SumLine {
  cells: (Cell & { of: string })[];
  total: number;
  totalOf: string;
  addsUp: boolean;
}

/**
 * A sum as a page shows it: its parts, and whether they add up to the total.
 *
 * @param of the path of the counts in summary.json
 * @param totalOf the path of the total; empty when the total is no figure of its own there
 */
export function sumLine(of: string, counts: Counts, expected: number, totalOf = ""): SumLine {
  return {
    cells: cells(counts).map((cell) => ({ ...cell, of: `${of}.${cell.outcome}` })),
    total: expected,
    totalOf,
    addsUp: total(counts) === expected,
  };
}
