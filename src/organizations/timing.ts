import { type Micros, SECOND } from "../time/instant.ts";
import { inZone, reportStreamZone } from "../time/zone.ts";

/** When a receiver's batches are made. */
export interface Timing {
  /** 1 to 1440. */
  batchesPerDay: number;
  /** The time of day from which periods are counted, `04:00`. */
  initialTime: string;
  /** The same, in seconds. */
  initialSecond: number;
  /** IANA name. */
  timeZone: string;
}

const SECONDS_A_DAY = 86_400;
/** ReportStream looks for the next time from ten seconds later on, so that no report misses its batch. */
const AHEAD = 10 * SECOND;

/**
 * A receiver's timing from its setting's members, with ReportStream's own defaults for those that are not there.
 *
 * @returns the name of the member that cannot be read, if there is one
 */
export function readTiming(members: Readonly<Record<string, unknown>>): Timing | { unreadable: string } {
  const { numberPerDay, initialTime, timeZone } = members;
  const batchesPerDay = Number(numberPerDay ?? 1);
  // What is not there has a default; what is there and no number, an empty text included, has none.
  if (numberPerDay === "" || !Number.isInteger(batchesPerDay) || batchesPerDay < 1 || batchesPerDay > 1440) {
    return { unreadable: "numberPerDay" };
  }
  const time = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(String(initialTime ?? "00:00"));
  if (!time) return { unreadable: "initialTime" };
  const zone = reportStreamZone(String(timeZone ?? "EASTERN"));
  if (zone === undefined) return { unreadable: "timeZone" };
  const initialSecond = Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3] ?? 0);
  return { batchesPerDay, initialTime: time[0], initialSecond, timeZone: zone };
}

/**
 * The next time that ReportStream plans a batch for: a whole number of periods of floor(86,400 / batchesPerDay) seconds after initialTime,
 * counted on the wall clock of the receiver's zone, and reached in elapsed seconds: on the day of a clock change the planned time may be off by
 * the hour that was skipped or repeated, as it is upstream (ReportStream: Receiver.kt, Timing.nextTime).
 */
export function nextBatchAt(timing: Timing, now: Micros): Micros {
  const soon = Math.floor((now + AHEAD) / SECOND) * SECOND;
  const local = inZone(soon, timing.timeZone);
  const sinceInitial = local.hour * 3600 + local.minute * 60 + local.second - timing.initialSecond;
  const period = Math.floor(SECONDS_A_DAY / timing.batchesPerDay);
  return soon + (period - ((sinceInitial + SECONDS_A_DAY) % period)) * SECOND;
}

/** `12 a day from 04:00 US/Eastern`. */
export function timingWords({ batchesPerDay, initialTime, timeZone }: Timing): string {
  if (batchesPerDay === 1) return `daily at ${initialTime} ${timeZone}`;
  if (batchesPerDay === 1440) return `every minute (${timeZone})`;
  return `${batchesPerDay} a day from ${initialTime} ${timeZone}`;
}
