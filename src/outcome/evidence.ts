import type { ReportTable } from "../lineage/report-table.ts";
import type { Facts } from "./facts.ts";
import { KIND } from "./kind.ts";

/**
 * What the lineage shows of one item at one receiver. `sent`, `files` and `downloaded` hold
 * (report, index) pairs one after the other, each report once.
 */
export interface ReceiverEvidence {
  receiver: number;
  sent: number[];
  /** Files made ready to be sent. */
  files: number[];
  downloaded: number[];
  /** Reports that wait for a step, with nothing made of the item there. */
  open: number[];
  /** Reports that end there: filtered, or not to be sent. */
  filtered: number[];
  /** A report on the way; all there is when the lineage goes round in a circle. */
  passed: number;
}

/**
 * Collects the evidence of one item after the other. The slots are used again, since a run judges
 * items by the hundred thousand.
 */
export class Evidence {
  readonly #facts: Pick<Facts, "reports" | "kinds">;
  readonly #slots: ReceiverEvidence[] = [];
  #used = 0;
  /** The columns as they were when the item was started. */
  #receiver: ReportTable["receiver"];
  #kinds: Uint8Array;
  /** Leaves that belong to no receiver. */
  readonly unaddressed: number[] = [];

  constructor(facts: Pick<Facts, "reports" | "kinds">) {
    this.#facts = facts;
    this.#receiver = facts.reports.receiver;
    this.#kinds = facts.kinds;
  }

  start(): void {
    this.#used = 0;
    this.#receiver = this.#facts.reports.receiver;
    this.#kinds = this.#facts.kinds;
    empty(this.unaddressed);
  }

  /** How many receivers were seen. */
  get size(): number {
    return this.#used;
  }

  /** The evidence for one receiver after the other, in the order of sight. */
  at(position: number): ReceiverEvidence {
    return this.#slots[position];
  }

  has(receiver: number): boolean {
    return this.#find(receiver) !== undefined;
  }

  /** Takes one node of the walk down; see `Visit`. */
  readonly visit = (report: number, index: number, edges: number): void => {
    const receiver = this.#receiver[report];
    if (receiver === 0) {
      if (edges === 0 && !this.unaddressed.includes(report)) this.unaddressed.push(report);
      return;
    }
    const slot = this.#find(receiver) ?? this.#add(receiver);
    switch (this.#kinds[report]) {
      case KIND.sent:
        addPair(slot.sent, report, index);
        break;
      case KIND.deliverable:
        addPair(slot.files, report, index);
        break;
      case KIND.downloaded:
        addPair(slot.downloaded, report, index);
        break;
      case KIND.filtered:
      case KIND.unsent:
        if (edges === 0) slot.filtered.push(report);
        break;
      default:
        if (edges === 0) slot.open.push(report);
        else slot.passed = report;
    }
  };

  #find(receiver: number): ReceiverEvidence | undefined {
    for (let at = 0; at < this.#used; at++) {
      if (this.#slots[at].receiver === receiver) return this.#slots[at];
    }
    return undefined;
  }

  #add(receiver: number): ReceiverEvidence {
    let slot = this.#slots[this.#used];
    if (!slot) {
      slot = { receiver, sent: [], files: [], downloaded: [], open: [], filtered: [], passed: -1 };
      this.#slots.push(slot);
    }
    this.#used++;
    slot.receiver = receiver;
    empty(slot.sent);
    empty(slot.files);
    empty(slot.downloaded);
    empty(slot.open);
    empty(slot.filtered);
    slot.passed = -1;
    return slot;
  }
}

/** Empties a list and keeps its memory, which setting its length gives away. */
function empty(list: number[]): void {
  while (list.length > 0) list.pop();
}

/**
 * Adds a pair, each report once: a leaf may be reached in several ways, and a step that ran twice
 * may put two copies of an item into one file, which is sent once; the first position counts.
 */
function addPair(pairs: number[], report: number, index: number): void {
  for (let at = 0; at < pairs.length; at += 2) {
    if (pairs[at] !== report) continue;
    if (index < pairs[at + 1]) pairs[at + 1] = index;
    return;
  }
  pairs.push(report, index);
}
