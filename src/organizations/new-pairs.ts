import type { Party } from "../lineage/parties.ts";
import type { Micros } from "../time/instant.ts";
import type { Change } from "./changes.ts";

/** Items of one sender that went to one receiver in a time. */
export interface PairTraffic {
  sender: Party;
  receiver: Party;
  items: number;
  /** When the first of them was submitted. */
  firstAt: Micros;
}

/** A pair that was not seen before, with the change of a setting that can explain it. */
export interface NewPair extends PairTraffic {
  /** The latest fitting change before its first item, the receiver's filters first; undefined where none was written in that time. */
  change: Change | undefined;
  /** Nothing at all was submitted by the sender in the days before. */
  senderIsNew: boolean;
}

/** What was looked at to say that a pair is new. */
export interface LookedAt {
  /** Whole days before the window whose lineage was read for pairs; fewer than asked for where nothing was left to find. */
  days: number;
  from: Micros;
  /** Earlier runs of single days whose pairs were taken into account, and the first of them; null for none. */
  earlierRuns: number;
  earlierSince: string | null;
  /** Days before the window in which the senders' submissions were looked for. */
  senderDays: number;
  /** Days before the window whose changes of settings were read. */
  changeDays: number;
}

export interface NewPairs {
  /** Pairs with traffic in the window, new or not. */
  pairs: number;
  fresh: readonly NewPair[];
  lookedAt: LookedAt;
}

/** Tells pairs apart, whatever dots names hold. */
export function pairKey({ sender, receiver }: Pick<PairTraffic, "sender" | "receiver">): string {
  return `${sender.key}\0${receiver.key}`;
}

/** Members of a receiver's setting that decide what it is sent. */
const ROUTING = /filter|customerStatus|topic|condition/i;
const SENDING = /customerStatus|topic|schemaName|format/i;

/**
 * The change that can explain why a sender's items went to a receiver from then on: of the receiver or its organization, whose filters decide
 * it; else of the sender or its organization. Undefined where none was written.
 */
export function explain(pair: PairTraffic, changes: readonly Change[]): Change | undefined {
  const before = changes.filter(({ at, change }) => at <= pair.firstAt && change !== "deleted");
  const fits = (side: "sender" | "receiver", own: boolean, members: RegExp): Change | undefined => {
    const { organization, name } = pair[side];
    return before.findLast(
      (change) =>
        change.organization === organization &&
        (own ? change.type === side && change.fullName === name : change.type === "organization") &&
        (change.change === "created" || change.paths.some((path) => members.test(path))),
    );
  };
  return (
    fits("receiver", true, ROUTING) ??
    fits("receiver", false, ROUTING) ??
    fits("sender", true, SENDING) ??
    fits("sender", false, SENDING)
  );
}

/** `receiver or-phd.elr: routingFilter changed (v7→v8)`, without its time. */
export function changeInWords({ type, fullName, change, paths, version }: Change): string {
  if (change === "created") return `${type} ${fullName} created`;
  const shown = paths.filter((path) => ROUTING.test(path) || SENDING.test(path));
  const members = shown.length > 0 ? shown : paths;
  return `${type} ${fullName}: ${members.join(", ")} changed (v${version - 1}→v${version})`;
}
