import { partyOf } from "../lineage/parties.ts";
import { type ReceiverHistory, receiverAt } from "../outcome/receiver.ts";
import { order } from "../summary/fold.ts";
import { quietSubjects, SILENCE_LIMITS, type Traffic, usualItems } from "../summary/silence.ts";
import type {
  PairSilence,
  PairSummary,
  QuietSubject,
  ReceiverSummary,
  ReceiverWithNothing,
  Silence,
} from "../summary/types.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import type { EarlierDay } from "./earlier-runs.ts";
import type { TrafficOf, WindowTraffic } from "./read/traffic.ts";

/** What silence is judged from, beside the traffic. */
export interface SilenceContext {
  /** Keys of the receivers that were active at the window's end. */
  activeReceivers: readonly string[];
  receivers: readonly ReceiverSummary[];
  pairs: readonly PairSummary[];
  earlierDays: readonly EarlierDay[];
  /** Whether the run is for the organization. */
  wants: (organization: string) => boolean;
}

/** Keys of the receivers whose setting was there and active at an instant. */
export function activeReceiversAt(history: ReceiverHistory, at: Micros): string[] {
  return [...history.keys()].filter((key) => {
    const version = receiverAt(history, key, at);
    return version?.exists === true && version.customerStatus === "active" && version.from <= at;
  });
}

/** Judges who was silent on the window's day. `traffic` is undefined for windows that are no day. */
export function judgeSilence(traffic: WindowTraffic | undefined, context: SilenceContext): Silence {
  if (!traffic) {
    return { judged: false, reason: "the window is not one local day, so that there is no weekday to compare it with" };
  }
  const { comparedDays, senders, receivers } = traffic;
  const { quiet: quietPairs, pairs } = judgePairs(comparedDays, context);
  return {
    judged: true,
    comparedDays,
    quiet: [
      ...quietParties("sender", senders, context),
      ...quietParties("receiver", receivers, context),
      ...quietPairs,
    ],
    receiversWithNothing: receiversWithNothing(receivers, context),
    pairs,
  };
}

function quietParties(
  kind: "sender" | "receiver",
  { day, compared, lastSeen }: TrafficOf,
  { wants }: SilenceContext,
): QuietSubject[] {
  return quietSubjects(day, compared)
    .map((quiet) => ({ ...quiet, party: partyOf(quiet.key) }))
    .filter(({ party }) => wants(party.organization))
    .map(({ key, party, state, usual, items }) => ({
      ...{ kind, name: party.name, receiver: "", state, usualItems: usual, items },
      lastSeen: instant(lastSeen.get(key)),
    }));
}

function receiversWithNothing(
  { day, compared, lastSeen }: TrafficOf,
  { activeReceivers, receivers, wants }: SilenceContext,
): ReceiverWithNothing[] {
  const summaries = new Map(receivers.map((row) => [`${row.organization}\n${row.receiver}`, row]));
  return activeReceivers
    .filter((key) => !day.has(key))
    .map((key) => {
      const { name, organization } = partyOf(key);
      return { key, name, organization, row: summaries.get(`${organization}\n${name}`) };
    })
    .filter(({ organization, row }) => wants(organization) && (row?.filesSent ?? 0) + (row?.downloads ?? 0) === 0)
    .map(({ key, name, organization, row }) => ({
      ...{ receiver: name, organization, usualItems: usualItems(key, compared), items: row?.items ?? 0 },
      lastSeen: instant(lastSeen.get(key)),
    }))
    .sort((left, right) => order(left.receiver, right.receiver));
}

const BETWEEN = "\0";

/** Pairs come from earlier runs: a sent file is up to eight links away from its submissions, so no statement finds them cheaply. */
function judgePairs(
  comparedDays: readonly string[],
  { pairs, earlierDays, wants }: SilenceContext,
): { quiet: QuietSubject[]; pairs: PairSilence } {
  const day = trafficOf(pairs);
  const byDate = new Map(earlierDays.map(({ date, pairs: earlier }) => [date, trafficOf(earlier)]));
  const compared = comparedDays.flatMap((date) => byDate.get(date) ?? []);
  const organizations = new Map(
    [...earlierDays.flatMap((earlier) => earlier.pairs), ...pairs].map((pair) => [
      pairKey(pair),
      [pair.senderOrganization, pair.receiverOrganization],
    ]),
  );
  const isWanted = (key: string): boolean => (organizations.get(key) ?? []).some(wants);
  const known = new Set([...byDate.values()].flatMap((traffic) => [...traffic.keys()]));
  const dates = [...byDate.keys()].sort();
  return {
    quiet: quietSubjects(day, compared)
      .filter(({ key }) => isWanted(key))
      .map(({ key, state, usual, items }) => {
        const [name = "", receiver = ""] = key.split(BETWEEN);
        const last = dates.findLast((date) => (byDate.get(date)?.get(key) ?? 0) > 0);
        return { kind: "pair", name, receiver, state, usualItems: usual, items, lastSeen: last ?? null };
      }),
    pairs: {
      comparedRuns: compared.length,
      earlierRuns: dates.length,
      knownSince: dates[0] ?? null,
      firstSeen:
        dates.length < SILENCE_LIMITS.knownForNew
          ? []
          : [...day]
              .filter(([key]) => !known.has(key) && isWanted(key))
              .map(([key, items]) => {
                const [sender = "", receiver = ""] = key.split(BETWEEN);
                return { sender, receiver, items };
              }),
    },
  };
}

/** Items by pair, topics together, without those that filters took; what had no receiver is no pair. */
function trafficOf(pairs: EarlierDay["pairs"]): Traffic {
  const traffic = new Map<string, number>();
  for (const pair of pairs) {
    const items = pair.items - pair.byItemAndReceiver.filtered;
    if (pair.receiver === "" || items === 0) continue;
    const key = pairKey(pair);
    traffic.set(key, (traffic.get(key) ?? 0) + items);
  }
  return traffic;
}

function pairKey({ sender, receiver }: { sender: string; receiver: string }): string {
  return `${sender}${BETWEEN}${receiver}`;
}

function instant(at: Micros | undefined): string | null {
  return at === undefined ? null : formatInstant(at);
}
