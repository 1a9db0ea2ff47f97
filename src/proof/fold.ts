import type { Party } from "../lineage/parties.ts";
import type { Outcome } from "../outcome/words.ts";
import { OUTCOMES } from "../outcome/words.ts";
import { addCounts, type Counts, deliveredPercent, noCounts } from "../summary/counts.ts";
import type { Micros } from "../time/instant.ts";

/** One submission, with what became of its items at each receiver. */
export interface ProofSubmission {
  submissionId: number;
  /** "" for a rejected request. */
  reportId: string;
  at: Micros;
  sender: string;
  topic: string;
  fileName: string;
  items: number;
  /** Of a rejected request; null for others. */
  httpStatus: number | null;
  /** Items by receiver, of those that had a receiver and were not filtered. */
  intended: number;
  delivered: number;
  /** `xx-phd.elr: 2 delivered, 1 filtered`, by the receiver's name. */
  outcomes: readonly string[];
}

/** One file that was handed over or fetched. */
export interface ProofDelivery {
  reportId: string;
  at: Micros;
  kind: "sent" | "download";
  receiver: string;
  topic: string;
  fileName: string;
  items: number;
  transport: string;
  resend: boolean;
  submissions: number;
  senders: readonly string[];
}

/** Items of the window's submissions with one other side, by item and receiver. */
export interface ProofTotal {
  /** The receiver of a sender's items, "" for none; the sender of a receiver's items. */
  party: string;
  counts: Counts;
  intended: number;
  delivered: number;
  /** As in summary.csv; null where nothing was meant for anybody. */
  percent: number | null;
}

/** A submission as it was judged. */
export interface JudgedSubmission {
  submissionId: number;
  reportId: string;
  at: Micros;
  sender: Party;
  topic: string;
  fileName: string;
  items: number;
  httpStatus: number | null;
  outcomes: readonly { receiver: Party; outcome: Outcome }[];
}

/** Gathers the rows of a proof, and adds them up. */
export class ProofFold {
  readonly kind: "sender" | "receiver";
  readonly #submissions: ProofSubmission[] = [];
  readonly #deliveries: ProofDelivery[] = [];
  readonly #totals = new Map<string, { party: Party; counts: Counts }>();

  constructor(kind: "sender" | "receiver") {
    this.kind = kind;
  }

  submission(judged: JudgedSubmission): void {
    const { sender, outcomes, ...rest } = judged;
    const all = noCounts();
    for (const { receiver, outcome } of outcomes) {
      all[outcome]++;
      countsOf(this.#totals, this.kind === "sender" ? receiver : sender)[outcome]++;
    }
    if (this.kind === "receiver") return;
    this.#submissions.push({
      ...rest,
      sender: sender.name,
      ...intendedOf(all),
      outcomes: outcomesByReceiver(outcomes),
    });
  }

  delivery(delivery: ProofDelivery): void {
    this.#deliveries.push(delivery);
  }

  result(): { submissions: ProofSubmission[]; deliveries: ProofDelivery[]; totals: ProofTotal[] } {
    const submissions = this.#submissions.sort(
      (a, b) => a.at - b.at || a.submissionId - b.submissionId || compare(a.reportId, b.reportId),
    );
    const totals = [...this.#totals.values()]
      .map(({ party, counts }) => totalOf(party.name, counts))
      .sort((a, b) => compare(a.party, b.party));
    return { submissions, deliveries: this.#deliveries, totals };
  }
}

/** `xx-phd.elr: 2 delivered, 1 filtered` for each receiver, by its name. */
export function outcomesByReceiver(outcomes: Iterable<{ receiver: Party; outcome: Outcome }>): string[] {
  const byReceiver = new Map<string, { party: Party; counts: Counts }>();
  for (const { receiver, outcome } of outcomes) countsOf(byReceiver, receiver)[outcome]++;
  return [...byReceiver.values()]
    .sort((a, b) => compare(a.party.name, b.party.name))
    .map(({ party, counts }) => `${party.name || "no receiver"}: ${countsInWords(counts)}`);
}

/** The sum of totals, under an empty name. */
export function sumOf(totals: readonly ProofTotal[]): ProofTotal {
  const counts = noCounts();
  for (const total of totals) addCounts(counts, total.counts);
  return totalOf("", counts);
}

function totalOf(party: string, counts: Counts): ProofTotal {
  return { party, counts, ...intendedOf(counts), percent: deliveredPercent(counts) };
}

/** What was meant for somebody, and what of it arrived: the parts of `delivered_percent`. */
function intendedOf(counts: Counts): { intended: number; delivered: number } {
  const delivered = counts.delivered + counts.downloaded;
  return { delivered, intended: delivered + counts.waiting + counts.retrying + counts.stuck + counts.failed };
}

function countsInWords(counts: Counts): string {
  return OUTCOMES.filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome]} ${outcome}`)
    .join(", ");
}

function countsOf(map: Map<string, { party: Party; counts: Counts }>, party: Party): Counts {
  let known = map.get(party.key);
  if (!known) {
    known = { party, counts: noCounts() };
    map.set(party.key, known);
  }
  return known.counts;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
