import type { Party } from "../../lineage/parties.ts";
import type { DuplicateCause } from "../../outcome/duplicates.ts";
import { type Acts, type Outcome, worst } from "../../outcome/words.ts";
import { formatInstant, type Micros } from "../../time/instant.ts";
import { DOWNWARDS, reasonKind } from "../../undelivered/waterfall.ts";
import { order } from "../fold.ts";
import type { DuplicateItems, OutcomeLine } from "./types.ts";

/** As much of an item's outcome as is counted. */
export interface CountedOutcome {
  outcome: Outcome;
  acts: Acts;
  reason: string;
  deliveredReport: number;
  timesDelivered: number;
}

interface Line {
  outcome: Outcome;
  acts: Acts;
  reason: string;
  items: number;
  itemsAndReceivers: number;
  oldestSubmittedAt: Micros;
}

interface Copies {
  receiver: Party;
  cause: DuplicateCause;
  items: number;
  copies: number;
  mostTimes: number;
}

/** Reasons hold error codes, which anybody can invent: beyond this, they are counted without. */
const MOST_LINES = 2000;

/**
 * Adds up rows of items.csv as they go by: how many ended so for which reason, and what was delivered
 * more than once. Nothing is kept for a row.
 */
export class OutcomeFold {
  readonly #causeOf: (deliveredReport: number) => DuplicateCause;
  readonly #lines = new Map<string, Line>();
  /** The line of each reason as it is worded; a batch's items share one text. */
  readonly #known = new Map<string, Line>();
  readonly #copies = new Map<string, Copies>();
  #item = 0;
  #report = "";
  #worst: Line | undefined;
  /** The line of the row before, which the next one mostly shares. */
  #last: Line | undefined;
  #lastReason = "";

  /** @param causeOf why an item is in several files, from the first that holds it; asked for few items */
  constructor(causeOf: (deliveredReport: number) => DuplicateCause) {
    this.#causeOf = causeOf;
  }

  /** Adds a row; rows of one item come one after the other. `report` is the root report's id. */
  row(report: string, item: number, submittedAt: Micros, receiver: Party, row: CountedOutcome): void {
    const line = this.#lineOf(row);
    line.itemsAndReceivers++;
    if (!(submittedAt >= line.oldestSubmittedAt)) line.oldestSubmittedAt = submittedAt;
    if (item === this.#item && report === this.#report && this.#worst) {
      const isWorse = line.outcome !== this.#worst.outcome && worst(line.outcome, this.#worst.outcome) === line.outcome;
      if (isWorse) this.#worst = line;
    } else {
      this.#endItem();
      this.#item = item;
      this.#report = report;
      this.#worst = line;
    }
    if (row.timesDelivered > 1) this.#addCopies(receiver, row);
  }

  /** The lines from what never got in to what arrived, each outcome's most frequent first. */
  lines(): OutcomeLine[] {
    this.#endItem();
    return [...this.#lines.values()]
      .sort(
        (left, right) =>
          DOWNWARDS.indexOf(left.outcome) - DOWNWARDS.indexOf(right.outcome) ||
          right.itemsAndReceivers - left.itemsAndReceivers ||
          order(`${left.acts}\n${left.reason}`, `${right.acts}\n${right.reason}`),
      )
      .map((line) => ({ ...line, oldestSubmittedAt: formatInstant(line.oldestSubmittedAt) }));
  }

  duplicates(): DuplicateItems[] {
    return [...this.#copies.values()]
      .map(({ receiver, cause, items, copies, mostTimes }) => ({
        ...{ receiver: receiver.name, organization: receiver.organization, cause, items, copies, mostTimes },
      }))
      .sort((left, right) => order(left.receiver, right.receiver) || order(left.cause, right.cause));
  }

  #endItem(): void {
    if (!this.#worst) return;
    this.#worst.items++;
    this.#worst = undefined;
  }

  #lineOf({ outcome, acts, reason }: CountedOutcome): Line {
    const last = this.#last;
    if (last && reason === this.#lastReason && last.outcome === outcome && last.acts === acts) return last;
    const line = this.#lineOfReason(outcome, acts, reason);
    this.#last = line;
    this.#lastReason = reason;
    return line;
  }

  #lineOfReason(outcome: Outcome, acts: Acts, reason: string): Line {
    let line = this.#known.get(reason);
    // A reason is one outcome's nearly always; where it is not, the look-up below decides.
    if (line && line.outcome === outcome && line.acts === acts) return line;
    let kind = reasonKind(reason);
    let key = `${outcome}\n${acts}\n${kind}`;
    if (!this.#lines.has(key) && this.#lines.size >= MOST_LINES) {
      kind = "other reasons";
      key = `${outcome}\n${acts}\n${kind}`;
    }
    line = this.#lines.get(key);
    if (!line) {
      line = { outcome, acts, reason: kind, items: 0, itemsAndReceivers: 0, oldestSubmittedAt: Number.NaN };
      this.#lines.set(key, line);
    }
    if (this.#known.size > 10 * MOST_LINES) this.#known.clear();
    this.#known.set(reason, line);
    return line;
  }

  #addCopies(receiver: Party, { deliveredReport, timesDelivered }: CountedOutcome): void {
    const cause = this.#causeOf(deliveredReport);
    const key = `${receiver.key}\n${cause}`;
    let copies = this.#copies.get(key);
    if (!copies) {
      copies = { receiver, cause, items: 0, copies: 0, mostTimes: 0 };
      this.#copies.set(key, copies);
    }
    copies.items++;
    copies.copies += timesDelivered - 1;
    copies.mostTimes = Math.max(copies.mostTimes, timesDelivered);
  }
}
