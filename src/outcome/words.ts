/** What became of one item for one receiver (or for none), as of the snapshot. */
export const OUTCOMES = [
  "delivered",
  "downloaded",
  "waiting",
  "retrying",
  "stuck",
  "failed",
  "filtered",
  "unrouted",
  "rejected",
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Who has to do something about it. */
export type Acts = "sender" | "reportstream" | "receiver" | "nobody";

/** An outcome with its reason: a sentence that a support engineer can send on. */
export interface Verdict {
  outcome: Outcome;
  reason: string;
  acts: Acts;
}

/**
 * The order in which an item's outcomes at several receivers make its one outcome in the count by
 * item: the worst open one first, then what is settled.
 */
const WORST_FIRST: readonly Outcome[] = [
  "stuck",
  "failed",
  "retrying",
  "waiting",
  "delivered",
  "downloaded",
  "filtered",
  "unrouted",
  "rejected",
];

const RANK = Object.fromEntries(WORST_FIRST.map((outcome, rank) => [outcome, rank])) as Record<Outcome, number>;

/** The outcome that counts for the item as a whole. */
export function worst(left: Outcome, right: Outcome): Outcome {
  return RANK[left] <= RANK[right] ? left : right;
}
