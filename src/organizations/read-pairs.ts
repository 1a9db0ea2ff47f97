import { ItemWalk } from "../lineage/walk.ts";
import { Evidence } from "../outcome/evidence.ts";
import type { EarlierDay } from "../run/earlier-runs.ts";
import { localDays } from "../run/read/days.ts";
import { readLineage } from "../run/read/lineage.ts";
import { LineageRows } from "../run/read/lineage-rows.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { DAY, HOUR, type Micros } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import { inZone, toMicros } from "../time/zone.ts";
import { readChangeRow } from "./changes.ts";
import { explain, type NewPairs, type PairTraffic, pairKey } from "./new-pairs.ts";

export interface PairsRequest {
  window: Window;
  /** Only pairs of which this organization is a side. */
  organization: string | undefined;
  /** So many local days before the window are read, at most. */
  lookBack: number;
  /** How long items take to settle, hours. */
  settleHours: number;
  earlierDays: readonly EarlierDay[];
  onPhase: (phase: string) => void;
}

/** Further back than lineage can be read: one scan of an index over submissions, and one over the settings. */
const SENDER_DAYS = 30;

/** What was on its way to a receiver is at a step of the receiver's own within minutes. */
const ROUTED_WITHIN = HOUR;

/**
 * The pairs of a window that were not there before. No column of the database has pairs (a file is up to eight links from its
 * submissions), so the window's lineage tells those of the window; then, backwards and only as long as one of them is still unseen: earlier runs,
 * whether the sender submitted anything at all, and the lineage of the days before, a day at a time.
 *
 * @throws what reading throws
 */
export async function readNewPairs(snapshot: Snapshot, catalogue: Catalogue, request: PairsRequest): Promise<NewPairs> {
  const { window, organization, lookBack, settleHours, earlierDays, onPhase } = request;
  onPhase("pairs of the window");
  const pairs = new Map<string, PairTraffic>();
  for (const day of localDays(window)) {
    await readPairs(snapshot, catalogue, day, settleHours * HOUR, (pair) => {
      const known = pairs.get(pairKey(pair));
      pairs.set(pairKey(pair), known ? { ...known, items: known.items + pair.items } : pair);
    });
  }
  const unseen = new Map(
    [...pairs].filter(
      ([, { sender, receiver }]) =>
        organization === undefined || sender.organization === organization || receiver.organization === organization,
    ),
  );
  const count = unseen.size;
  dropKnown(unseen, earlierDays);
  const senders = await sendersBefore(snapshot, catalogue, window.from);
  const undecided = new Map([...unseen].filter(([, { sender }]) => senders.has(sender.key)));
  let start = window.from;
  let days = 0;
  for (; days < lookBack && undecided.size > 0; days++) {
    onPhase("pairs of the days before");
    const to = start;
    start = dayBefore(to, window.timeZone);
    await readPairs(snapshot, catalogue, { from: start, to }, ROUTED_WITHIN, (pair) => {
      unseen.delete(pairKey(pair));
      undecided.delete(pairKey(pair));
    });
  }
  const changeDays = Math.max(lookBack, SENDER_DAYS);
  const { rows } = await query(snapshot, catalogue.find("organizations-changes"), {
    from: window.from - changeDays * DAY,
    to: window.to,
  });
  const changes = rows.map(readChangeRow);
  const fresh = [...unseen.values()]
    .map((pair) => ({ ...pair, change: explain(pair, changes), senderIsNew: !senders.has(pair.sender.key) }))
    .sort((left, right) => left.firstAt - right.firstAt || (pairKey(left) < pairKey(right) ? -1 : 1));
  const dates = earlierDays.map(({ date }) => date).sort();
  return {
    pairs: count,
    fresh,
    lookedAt: {
      ...{ days, from: start, earlierRuns: dates.length, earlierSince: dates[0] ?? null },
      ...{ senderDays: SENDER_DAYS, changeDays },
    },
  };
}

/** Reads one day's lineage without what judging needs, and tells each pair of its submissions. */
async function readPairs(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { from, to }: { from: Micros; to: Micros },
  settle: Micros,
  take: (pair: PairTraffic) => void,
): Promise<void> {
  const rows = new LineageRows(snapshot, catalogue);
  const horizon = to + settle;
  // As of the horizon nothing is open after it: where an item went is known long before it arrives.
  const { graph, kinds } = await readLineage(rows, { from, to, horizon }, [], horizon);
  const { reports, submissions } = rows;
  const walk = new ItemWalk(graph);
  const evidence = new Evidence({ reports, kinds });
  const found = new Map<string, PairTraffic>();
  for (let row = 0; row < submissions.length; row++) {
    const root = submissions.report[row];
    const at = reports.createdAt[root];
    if (at < from || at >= to) continue;
    const sender = submissions.senders.get(submissions.sender[row]);
    let last = Number.NaN;
    for (let edge = graph.firstEdge[root]; edge < graph.firstEdge[root + 1]; edge++) {
      const index = graph.parentIndex[edge];
      if (index === last) continue;
      last = index;
      evidence.start();
      walk.down(root, index, evidence.visit);
      for (let place = 0; place < evidence.size; place++) {
        const { receiver, sent, files, downloaded, open } = evidence.at(place);
        // What filters took is no traffic.
        if (sent.length + files.length + downloaded.length + open.length === 0) continue;
        const pair = { sender, receiver: reports.receivers.get(receiver), items: 1, firstAt: at };
        const known = found.get(pairKey(pair));
        if (!known) found.set(pairKey(pair), pair);
        else {
          known.items++;
          known.firstAt = Math.min(known.firstAt, at);
        }
      }
    }
  }
  for (const pair of found.values()) take(pair);
}

/** Takes away what earlier runs had; filtered items are no traffic there either. */
function dropKnown(unseen: Map<string, PairTraffic>, earlierDays: readonly EarlierDay[]): void {
  if (earlierDays.length === 0) return;
  const text = (...names: string[]): string => names.join("\0");
  const known = new Set(
    earlierDays.flatMap(({ pairs }) =>
      pairs
        .filter(({ items, byItemAndReceiver }) => items > byItemAndReceiver.filtered)
        .map((pair) => text(pair.sender, pair.senderOrganization, pair.receiver, pair.receiverOrganization)),
    ),
  );
  for (const [key, { sender, receiver }] of unseen) {
    if (known.has(text(sender.name, sender.organization, receiver.name, receiver.organization))) unseen.delete(key);
  }
}

/** Keys of the senders with a submission in the days before. */
async function sendersBefore(snapshot: Snapshot, catalogue: Catalogue, to: Micros): Promise<Set<string>> {
  const { rows } = await query(snapshot, catalogue.find("traffic-senders"), { from: to - SENDER_DAYS * DAY, to });
  return new Set(rows.map(([sender]) => String(sender)));
}

function dayBefore(at: Micros, timeZone: string): Micros {
  return toMicros(inZone(at, timeZone).subtract({ days: 1 }));
}
