import { NO_PARTY, type Party } from "../lineage/parties.ts";
import { type Outcome, worst } from "../outcome/words.ts";
import type { Micros } from "../time/instant.ts";
import { addCounts, type Counts, deliveredPercent, noCounts } from "./counts.ts";
import { Durations } from "./duration.ts";
import { type StepCounts, type Steps, TimelineFold } from "./timeline.ts";
import type { OrganizationSummary, PairSummary, ReceiverSummary, SenderSummary, Totals } from "./types.ts";

/** Seconds up to which a delivery counts in each of `deliveryTimes`; what took longer is the last. */
export const DELIVERY_TIME_LIMITS = [60, 300, 900, 3600, 14_400, 43_200, 86_400] as const;

/** What a submission contributes before its items. */
export interface SubmissionFact {
  /** NO_PARTY for an unknown sender. */
  sender: Party;
  topic: string;
  submittedAt: Micros;
  /** True for a request that was answered with an error and has no report. */
  rejected: boolean;
}

/** What one row of items.csv contributes. */
export interface ItemFact {
  item: number;
  /** NO_PARTY for none. */
  receiver: Party;
  outcome: Outcome;
  /** NaN when it was not delivered. */
  deliveredAt: Micros;
}

interface Pair {
  sender: Party;
  receiver: Party;
  topic: string;
  submissions: number;
  lastSubmission: number;
  counts: Counts;
  /** The steps of the receiver's organization. */
  steps: StepCounts;
  durations: Durations;
}

interface Sender {
  sender: Party;
  submissions: number;
  rejected: number;
  items: number;
  byItem: Counts;
}

/** Files of a receiver in the window. */
interface Files {
  sent: number;
  downloads: number;
  failures: number;
}

/**
 * Adds up a run as it goes by: submissions in turn, each followed by its items. Everything is kept
 * by sender, receiver and topic; the rest is summed from there at the end.
 */
export class SummaryFold {
  readonly timeline: TimelineFold;
  readonly #pairs = new Map<string, Map<Party, Pair>>();
  readonly #senders = new Map<Party, Sender>();
  readonly #files = new Map<Party, Files>();
  #submission = 0;
  #fact: SubmissionFact | undefined;
  #pairsOfSubmission = new Map<Party, Pair>();
  /** The pair of the row before: rows of a submission mostly have one receiver. */
  #lastPair: Pair | undefined;
  #sender: Sender | undefined;
  /** The submission's counts by item, and the item in hand. */
  #byItem = noCounts();
  #item = 0;
  #itemOutcome: Outcome = "rejected";
  /** The step of the submission in hand. */
  #place = 0;

  constructor(steps: Steps) {
    this.timeline = new TimelineFold(steps);
  }

  /** Starts a submission. */
  submission(fact: SubmissionFact): void {
    this.#endItem();
    this.#submission++;
    this.#fact = fact;
    this.#byItem = noCounts();
    this.#place = this.timeline.placeOf(fact.submittedAt);
    this.#sender = this.#senderOf(fact.sender);
    this.#sender.submissions++;
    if (fact.rejected) this.#sender.rejected++;
    const key = `${fact.sender.key}\n${fact.topic}`;
    let pairs = this.#pairs.get(key);
    if (!pairs) {
      pairs = new Map();
      this.#pairs.set(key, pairs);
    }
    this.#pairsOfSubmission = pairs;
    this.#lastPair = undefined;
  }

  /** Adds one row of items.csv of the submission in hand; rows of one item come one after the other. */
  item(fact: ItemFact): void {
    const submission = this.#fact as SubmissionFact;
    if (fact.item === this.#item) {
      this.#itemOutcome = worst(this.#itemOutcome, fact.outcome);
    } else {
      this.#endItem();
      this.#item = fact.item;
      this.#itemOutcome = fact.outcome;
    }
    let pair = this.#lastPair;
    if (!pair || pair.receiver !== fact.receiver) {
      pair = this.#pairOf(submission, fact.receiver);
      this.#lastPair = pair;
    }
    if (pair.lastSubmission !== this.#submission) {
      pair.lastSubmission = this.#submission;
      pair.submissions++;
    }
    pair.counts[fact.outcome]++;
    TimelineFold.add(pair.steps, this.#place, fact.outcome);
    if (!Number.isNaN(fact.deliveredAt)) {
      // From what is printed, so that whoever recomputes it from items.csv gets the same.
      pair.durations.add(Math.floor(fact.deliveredAt / 1000) - Math.floor(submission.submittedAt / 1000));
    }
  }

  /** Ends the submission and returns its counts by item, as submissions.csv shows them. */
  endSubmission(): Counts {
    this.#endItem();
    this.timeline.submission((this.#fact as SubmissionFact).sender.organization, this.#place, this.#byItem);
    return this.#byItem;
  }

  /** Adds one row of deliveries.csv. */
  file(receiver: Party, kind: "sent" | "download"): void {
    const files = this.#filesOf(receiver);
    if (kind === "sent") files.sent++;
    else files.downloads++;
  }

  /** Adds one row of failures.csv. */
  failure(receiver: Party): void {
    this.#filesOf(receiver).failures++;
  }

  totals(): Totals {
    const totals: Totals = {
      submissions: 0,
      rejectedSubmissions: 0,
      items: 0,
      byItem: noCounts(),
      byItemAndReceiver: noCounts(),
      filesSent: 0,
      downloads: 0,
    };
    for (const { submissions, rejected, items, byItem } of this.#senders.values()) {
      totals.submissions += submissions;
      totals.rejectedSubmissions += rejected;
      totals.items += items;
      addCounts(totals.byItem, byItem);
    }
    for (const { counts } of this.#allPairs()) addCounts(totals.byItemAndReceiver, counts);
    for (const { sent, downloads } of this.#files.values()) {
      totals.filesSent += sent;
      totals.downloads += downloads;
    }
    return totals;
  }

  /** The lines of summary.csv, by sender, receiver and topic. */
  pairs(): PairSummary[] {
    return this.#allPairs()
      .map(({ sender, receiver, topic, submissions, counts, durations }) => ({
        sender: sender.name,
        senderOrganization: sender.organization,
        receiver: receiver.name,
        receiverOrganization: receiver.organization,
        topic,
        submissions,
        items: sum(counts),
        byItemAndReceiver: counts,
        deliveredPercent: deliveredPercent(counts),
        medianDeliverySeconds: durations.seconds(0.5),
        p95DeliverySeconds: durations.seconds(0.95),
      }))
      .sort((a, b) => order(a.sender, b.sender) || order(a.receiver, b.receiver) || order(a.topic, b.topic));
  }

  senders(): Omit<SenderSummary, "earlierItems">[] {
    const byItemAndReceiver = new Map<Party, Counts>();
    for (const { sender, counts } of this.#allPairs()) {
      addCounts(getOrAdd(byItemAndReceiver, sender, noCounts), counts);
    }
    return [...this.#senders.values()]
      .map(({ sender, submissions, rejected, items, byItem }) => ({
        sender: sender.name,
        organization: sender.organization,
        submissions,
        rejectedSubmissions: rejected,
        items,
        byItem,
        byItemAndReceiver: byItemAndReceiver.get(sender) ?? noCounts(),
      }))
      .sort((a, b) => order(a.sender, b.sender));
  }

  receivers(): Omit<ReceiverSummary, "earlierItems">[] {
    const receivers = new Map<Party, { submissions: number; counts: Counts; durations: Durations }>();
    const none = () => ({ submissions: 0, counts: noCounts(), durations: new Durations() });
    for (const receiver of this.#files.keys()) getOrAdd(receivers, receiver, none);
    for (const pair of this.#allPairs()) {
      if (pair.receiver === NO_PARTY) continue;
      const receiver = getOrAdd(receivers, pair.receiver, none);
      receiver.submissions += pair.submissions;
      addCounts(receiver.counts, pair.counts);
      receiver.durations.addAll(pair.durations);
    }
    return [...receivers]
      .map(([receiver, { submissions, counts, durations }]) => ({
        receiver: receiver.name,
        organization: receiver.organization,
        submissions,
        items: sum(counts),
        byItemAndReceiver: counts,
        deliveredPercent: deliveredPercent(counts),
        medianDeliverySeconds: durations.seconds(0.5),
        p95DeliverySeconds: durations.seconds(0.95),
        deliveryTimes: durations.histogram(DELIVERY_TIME_LIMITS.map((limit) => limit * 1000)),
        filesSent: this.#files.get(receiver)?.sent ?? 0,
        downloads: this.#files.get(receiver)?.downloads ?? 0,
      }))
      .sort((a, b) => order(a.receiver, b.receiver));
  }

  /** One line for each name; `folderOf` tells the organization's folder in the run. */
  organizations(names: Iterable<string>, folderOf: (name: string) => string): OrganizationSummary[] {
    const organizations = new Map<string, OrganizationSummary>();
    for (const name of names) {
      organizations.set(name, {
        name,
        folder: folderOf(name),
        submissions: 0,
        rejectedSubmissions: 0,
        submittedItems: 0,
        submitted: noCounts(),
        received: noCounts(),
        filesSent: 0,
        downloads: 0,
        failures: 0,
      });
    }
    for (const { sender, submissions, rejected, items, byItem } of this.#senders.values()) {
      const organization = organizations.get(sender.organization);
      if (!organization) continue;
      organization.submissions += submissions;
      organization.rejectedSubmissions += rejected;
      organization.submittedItems += items;
      addCounts(organization.submitted, byItem);
    }
    for (const { receiver, counts } of this.#allPairs()) {
      const organization = organizations.get(receiver.organization);
      if (organization && receiver !== NO_PARTY) addCounts(organization.received, counts);
    }
    for (const [receiver, { sent, downloads, failures }] of this.#files) {
      const organization = organizations.get(receiver.organization);
      if (!organization) continue;
      organization.filesSent += sent;
      organization.downloads += downloads;
      organization.failures += failures;
    }
    return [...organizations.values()].sort((a, b) => order(a.name, b.name));
  }

  #endItem(): void {
    if (this.#item === 0) return;
    this.#byItem[this.#itemOutcome]++;
    (this.#sender as Sender).items++;
    (this.#sender as Sender).byItem[this.#itemOutcome]++;
    this.#item = 0;
  }

  #pairOf({ sender, topic }: SubmissionFact, receiver: Party): Pair {
    let pair = this.#pairsOfSubmission.get(receiver);
    if (!pair) {
      pair = {
        sender,
        receiver,
        topic,
        submissions: 0,
        lastSubmission: 0,
        counts: noCounts(),
        steps: this.timeline.received(receiver.organization),
        durations: new Durations(),
      };
      this.#pairsOfSubmission.set(receiver, pair);
    }
    return pair;
  }

  #senderOf(sender: Party): Sender {
    return getOrAdd(this.#senders, sender, () => ({
      sender,
      submissions: 0,
      rejected: 0,
      items: 0,
      byItem: noCounts(),
    }));
  }

  #filesOf(receiver: Party): Files {
    return getOrAdd(this.#files, receiver, () => ({ sent: 0, downloads: 0, failures: 0 }));
  }

  #allPairs(): Pair[] {
    return [...this.#pairs.values()].flatMap((pairs) => [...pairs.values()]);
  }
}

/** Orders texts by UTF-16 code units: the same on every host, whatever its locale. */
export function order(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
