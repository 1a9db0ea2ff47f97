import type { Micros } from "../../time/instant.ts";
import { judge, PRECEDENCE } from "./judge.ts";
import type {
  Place,
  Truth,
  TruthDelivery,
  TruthEvent,
  TruthFailure,
  TruthItem,
  TruthOutcome,
  TruthSubmission,
} from "./truth.ts";

/** An item at a receiver while the sample is being made. */
export type Entry = {
  readonly receiver: string | null;
  readonly item: number;
  trackingId: string | null;
  messageId: string | null;
  readonly places: Set<Place>;
  sent: { report: string; position: number; at: Micros } | null;
  fetched: { report: string; position: number; at: Micros } | null;
  filesSent: number;
  lastFile: string | null;
};

export type Account = { readonly submission: TruthSubmission; readonly entries: Map<string, Entry> };

/** Keeps the truth as the generator decides it, thing by thing; or nothing at all, for a set too large for it. */
export class Ledger {
  readonly collects: boolean;
  private readonly accounts: Account[] = [];
  private readonly deliveries: TruthDelivery[] = [];
  private readonly failures: TruthFailure[] = [];
  private readonly events: TruthEvent[] = [];

  constructor(collects: boolean) {
    this.collects = collects;
  }

  open(submission: TruthSubmission): Account | null {
    if (!this.collects) return null;
    const account = { submission, entries: new Map<string, Entry>() };
    this.accounts.push(account);
    return account;
  }

  /**
   * The entry of an item at a receiver. As soon as an item is known to go somewhere, the entry
   * that said "nowhere yet" is gone.
   */
  entry(account: Account | null, item: number, receiver: string | null): Entry | null {
    if (!account) return null;
    if (receiver !== null) account.entries.delete(`${item}>`);
    const key = `${item}>${receiver ?? ""}`;
    let entry = account.entries.get(key);
    if (!entry) {
      entry = {
        receiver,
        item,
        trackingId: null,
        messageId: null,
        places: new Set(),
        sent: null,
        fetched: null,
        filesSent: 0,
        lastFile: null,
      };
      account.entries.set(key, entry);
    }
    if (item > account.submission.items) account.submission.items = item;
    return entry;
  }

  delivery(delivery: TruthDelivery): void {
    if (this.collects) this.deliveries.push(delivery);
  }

  failure(failure: TruthFailure): void {
    if (this.collects) this.failures.push(failure);
  }

  event(event: TruthEvent): void {
    if (this.collects) this.events.push(event);
  }

  /** Judges every item as of the sample's now. */
  close(asOf: Micros): Truth {
    const items: TruthItem[] = [];
    for (const account of this.accounts) {
      const entries = [...account.entries.values()];
      entries.sort((one, other) => one.item - other.item || compare(one.receiver ?? "", other.receiver ?? ""));
      for (const entry of entries) items.push(truthOf(account.submission, entry, asOf));
    }
    return {
      asOf,
      submissions: this.accounts.map((account) => account.submission),
      items,
      deliveries: this.deliveries,
      failures: this.failures,
      events: this.events,
    };
  }
}

/** A file went out with the item at `position`: the first one counts as its delivery, each file once. */
export function noteSent(entry: Entry, report: string, position: number, at: Micros): void {
  if (entry.lastFile === report) return;
  entry.lastFile = report;
  entry.filesSent++;
  entry.sent ??= { report, position, at };
}

export function noteFetched(entry: Entry, report: string, position: number, at: Micros): void {
  entry.fetched ??= { report, position, at };
}

/** A copy of the item moved on. */
export function movePlace(entry: Entry | null, from: Place | null, to: Place): void {
  if (!entry) return;
  if (from) entry.places.delete(from);
  entry.places.add(to);
}

function truthOf(submission: TruthSubmission, entry: Entry, asOf: Micros): TruthItem {
  const first = entry.sent ?? entry.fetched;
  return {
    actionId: submission.actionId,
    reportId: submission.reportId as string,
    item: entry.item,
    receiver: entry.receiver,
    outcome: outcomeOf(entry, asOf),
    deliveredAt: first?.at ?? null,
    deliveredReportId: first?.report ?? null,
    deliveredItem: first?.position ?? null,
    timesDelivered: entry.filesSent,
    trackingId: entry.trackingId,
    messageId: entry.messageId,
    variant: submission.variant,
  };
}

function outcomeOf(entry: Entry, asOf: Micros): TruthOutcome {
  if (entry.sent) return "delivered";
  if (entry.fetched) return "downloaded";
  const words = new Set([...entry.places].map((place) => judge(place, asOf)));
  const word = PRECEDENCE.find((candidate) => words.has(candidate));
  if (!word) throw new Error(`item ${entry.item} of the sample is nowhere`);
  return word;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
