import { Temporal } from "temporal-polyfill";
import type { Catalogue } from "../../source/catalogue.ts";
import { query } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import { quietSubjects, SILENCE_LIMITS, type Traffic } from "../../summary/silence.ts";
import { DAY, type Micros } from "../../time/instant.ts";
import { type Window, wholeDays } from "../../time/window.ts";
import { toMicros } from "../../time/zone.ts";

/** What senders submitted, or receivers were sent, on the day and on the same weekday before, by party key. */
export interface TrafficOf {
  day: Traffic;
  compared: Traffic[];
  /** Last instants of those that had nothing or little, by party key. */
  lastSeen: ReadonlyMap<string, Micros>;
}

export interface WindowTraffic {
  /** Local dates, latest first. */
  comparedDays: string[];
  senders: TrafficOf;
  receivers: TrafficOf;
}

/** The last week is looked through for everybody, the weeks before for those that are missed. */
const LAST_WEEK = 7 * DAY;
const LAST_MONTH = 28 * DAY;

/**
 * Reads who had traffic on the window's day, and on the same local weekday of the eight weeks
 * before; undefined for windows of any other length.
 *
 * @param activeReceivers keys of receivers of which the last file is wanted in any case
 */
export async function readTraffic(
  snapshot: Snapshot,
  catalogue: Catalogue,
  window: Window,
  activeReceivers: readonly string[],
): Promise<WindowTraffic | undefined> {
  const days = wholeDays(window);
  if (days?.first !== days?.last || days === undefined) return undefined;
  const compared = comparedDays(days.first, window.timeZone);
  return {
    comparedDays: compared.map(({ date }) => date),
    senders: await readKind(snapshot, catalogue, "traffic-senders", window, compared, []),
    receivers: await readKind(snapshot, catalogue, "traffic-receivers", window, compared, activeReceivers),
  };
}

interface ComparedDay {
  date: string;
  from: Micros;
  to: Micros;
}

function comparedDays(date: string, timeZone: string): ComparedDay[] {
  const day = Temporal.PlainDate.from(date);
  const startOf = (local: Temporal.PlainDate): Micros => toMicros(local.toZonedDateTime(timeZone));
  return Array.from({ length: SILENCE_LIMITS.weeks }, (_, week) => {
    const local = day.subtract({ weeks: week + 1 });
    return { date: local.toString(), from: startOf(local), to: startOf(local.add({ days: 1 })) };
  });
}

async function readKind(
  snapshot: Snapshot,
  catalogue: Catalogue,
  name: string,
  { from, to }: Window,
  compared: readonly ComparedDay[],
  wanted: readonly string[],
): Promise<TrafficOf> {
  const read = async (start: Micros, end: Micros): Promise<{ items: Traffic; last: Map<string, Micros> }> => {
    const items = new Map<string, number>();
    const last = new Map<string, Micros>();
    const { rows } = await query(snapshot, catalogue.find(name), { from: start, to: end });
    for (const [party, , count, lastAt] of rows) {
      items.set(String(party), Number(count));
      last.set(String(party), lastAt as number);
    }
    return { items, last };
  };
  const today = await read(from, to);
  const before: Traffic[] = [];
  for (const day of compared) before.push((await read(day.from, day.to)).items);
  const quiet = quietSubjects(today.items, before).map(({ key }) => key);

  const lastSeen = new Map<string, Micros>(today.last);
  const missing = (keys: readonly string[]): boolean => keys.some((key) => !lastSeen.has(key));
  const look = async (start: Micros, end: Micros): Promise<void> => {
    for (const [key, at] of (await read(start, end)).last) if (!lastSeen.has(key)) lastSeen.set(key, at);
  };
  if (missing([...quiet, ...wanted])) await look(from - LAST_WEEK, from);
  if (missing(quiet)) await look(from - LAST_MONTH, from - LAST_WEEK);
  return { day: today.items, compared: before, lastSeen };
}
