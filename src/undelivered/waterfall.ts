import { NO_PARTY, type Party } from "../lineage/parties.ts";
import { type Acts, OUTCOMES, type Outcome, worst } from "../outcome/words.ts";
import { addCounts, type Counts, noCounts, total } from "../summary/counts.ts";

/** From what never got in to what arrived. */
export const DOWNWARDS: readonly Outcome[] = [
  "rejected",
  "unrouted",
  "filtered",
  "waiting",
  "retrying",
  "stuck",
  "failed",
  "downloaded",
  "delivered",
];

/** One outcome of an item: a row of items.csv, as far as it matters here. */
export interface WaterfallRow {
  /** NO_PARTY for none. */
  receiver: Party;
  outcome: Outcome;
  reason: string;
  acts: Acts;
}

/** How many ended so, for one reason. */
export interface ReasonLine {
  outcome: Outcome;
  acts: Acts;
  /** Times and counts that differ from item to item are `…`. */
  reason: string;
  count: number;
}

export interface PartyLine {
  party: Party;
  counts: Counts;
}

/** One of the two counts, broken down in three ways that each add up to `counts`. */
export interface Waterfall {
  counts: Counts;
  reasons: ReasonLine[];
  senders: PartyLine[];
  receivers: PartyLine[];
}

/**
 * Adds up items, in the two counts that are never mixed: by item, each once by its worst open
 * outcome, and by item and receiver.
 */
export class WaterfallFold {
  readonly #byItem = new Breakdowns();
  readonly #byItemAndReceiver = new Breakdowns();

  /** Adds one item with all of its outcomes, at least one, ordered by receiver. */
  item(sender: Party, rows: readonly WaterfallRow[]): void {
    let representative = rows[0] as WaterfallRow;
    for (const row of rows) {
      this.#byItemAndReceiver.add(sender, row);
      const isWorse =
        row.outcome !== representative.outcome && worst(row.outcome, representative.outcome) === row.outcome;
      if (isWorse) representative = row;
    }
    this.#byItem.add(sender, representative);
  }

  byItem(): Waterfall {
    return this.#byItem.result();
  }

  byItemAndReceiver(): Waterfall {
    return this.#byItemAndReceiver.result();
  }
}

/** Whether every way of breaking down a count gives the count again. */
export function addsUp({ counts, reasons, senders, receivers }: Waterfall, items: number): boolean {
  const ofReasons = noCounts();
  for (const { outcome, count } of reasons) ofReasons[outcome] += count;
  return (
    total(counts) === items && [ofReasons, sumOf(senders), sumOf(receivers)].every((sums) => sameCounts(sums, counts))
  );
}

function sumOf(lines: readonly PartyLine[]): Counts {
  const sums = noCounts();
  for (const { counts } of lines) addCounts(sums, counts);
  return sums;
}

function sameCounts(left: Counts, right: Counts): boolean {
  return OUTCOMES.every((outcome) => left[outcome] === right[outcome]);
}

class Breakdowns {
  readonly #counts = noCounts();
  readonly #reasons = new Map<string, ReasonLine>();
  readonly #senders = new Map<string, PartyLine>();
  readonly #receivers = new Map<string, PartyLine>();
  readonly #kinds = new Map<string, string>();

  add(sender: Party, { receiver, outcome, reason, acts }: WaterfallRow): void {
    this.#counts[outcome]++;
    lineOf(this.#senders, sender).counts[outcome]++;
    lineOf(this.#receivers, receiver).counts[outcome]++;
    let kind = this.#kinds.get(reason);
    if (kind === undefined) {
      kind = reasonKind(reason);
      this.#kinds.set(reason, kind);
    }
    const key = `${outcome}\n${acts}\n${kind}`;
    const line = this.#reasons.get(key);
    if (line) line.count++;
    else this.#reasons.set(key, { outcome, acts, reason: kind, count: 1 });
  }

  result(): Waterfall {
    const rank = (outcome: Outcome): number => OUTCOMES.indexOf(outcome);
    return {
      counts: { ...this.#counts },
      reasons: [...this.#reasons.values()].sort(
        (left, right) =>
          rank(right.outcome) - rank(left.outcome) ||
          right.count - left.count ||
          (`${left.acts}\n${left.reason}` < `${right.acts}\n${right.reason}` ? -1 : 1),
      ),
      senders: byName(this.#senders),
      receivers: byName(this.#receivers),
    };
  }
}

function lineOf(lines: Map<string, PartyLine>, party: Party): PartyLine {
  let line = lines.get(party.key);
  if (!line) {
    line = { party: party.key === "" ? NO_PARTY : party, counts: noCounts() };
    lines.set(party.key, line);
  }
  return line;
}

function byName(lines: ReadonlyMap<string, PartyLine>): PartyLine[] {
  return [...lines.values()].sort((left, right) => {
    const [a, b] = [`${left.party.name}\n${left.party.key}`, `${right.party.name}\n${right.party.key}`];
    return a === b ? 0 : a < b ? -1 : 1;
  });
}

/** `14:00 (US/Eastern)`, `Nov 19 14:00 -04:00 (US/Eastern)`: an instant as reasons say it. */
const MOMENT = /(?:[A-Z][a-z]{2} \d{2} )?\d{2}:\d{2}(?: [+-]\d{2}:\d{2})? \([A-Za-z_/+\-0-9]+\)/g;

/** A reason without what differs from item to item: instants and the numbers of retries and repeats. */
export function reasonKind(reason: string): string {
  return reason
    .replace(MOMENT, "…")
    .replace(/\bretry \d+ of/, "retry … of")
    .replace(/, \d+ times$/, ", several times")
    .replace(/, \d+ failed (?:try|tries)/, ", after failed tries");
}
