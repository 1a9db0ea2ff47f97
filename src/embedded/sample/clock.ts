import { Temporal } from "temporal-polyfill";
import { DAY, type Micros, SECOND } from "../../time/instant.ts";

/** What a receiver's timing says about when its batches are made. */
export type Timing = {
  readonly numberPerDay: number;
  readonly initialTime: string;
  readonly timeZone: ZoneName;
  readonly maxReportCount: number;
  readonly whenEmpty: "NONE" | "SEND";
  readonly onlyOncePerDay: boolean;
};

/** ReportStream's names for time zones (USTimeZone.kt) that the sample uses. */
export type ZoneName = keyof typeof ZONES;

const ZONES = {
  PACIFIC: "US/Pacific",
  MOUNTAIN: "US/Mountain",
  ARIZONA: "US/Arizona",
  CENTRAL: "US/Central",
  EASTERN: "US/Eastern",
  HAWAII: "US/Hawaii",
  ALASKA: "US/Alaska",
  CHAMORRO: "Pacific/Guam",
  PUERTO_RICO: "America/Puerto_Rico",
  UTC: "UTC",
} as const;

const QUARTER_HOUR = 900 * SECOND;
const offsets = new Map<string, Map<number, Micros>>();

/** How far local time is ahead of UTC. Offsets change on quarter hours only, which makes them cheap to remember. */
export function offsetAt(zone: string, at: Micros): Micros {
  const quarter = Math.floor(at / QUARTER_HOUR);
  let known = offsets.get(zone);
  if (!known) {
    known = new Map();
    offsets.set(zone, known);
  }
  let offset = known.get(quarter);
  if (offset === undefined) {
    const instant = Temporal.Instant.fromEpochMilliseconds((quarter * QUARTER_HOUR) / 1000);
    offset = instant.toZonedDateTimeISO(zone).offsetNanoseconds / 1000;
    known.set(quarter, offset);
  }
  return offset;
}

/** The starts of local days: `days` complete ones before the day of `asOf`, then that day's own start. */
export function dayStarts(asOf: Micros, days: number, zone: string): Micros[] {
  const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(asOf / 1000))
    .toZonedDateTimeISO(zone)
    .toPlainDate();
  return Array.from({ length: days + 1 }, (_, position) => {
    const start = today.subtract({ days: days - position }).toZonedDateTime(zone);
    return start.epochMilliseconds * 1000;
  });
}

/** Day of the week in a zone, 1 Monday to 7 Sunday. */
export function weekday(at: Micros, zone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at / 1000)).toZonedDateTimeISO(zone).dayOfWeek;
}

/**
 * The next boundary of a receiver's timing: ten seconds from now, rounded up to a whole period
 * since initialTime, on the receiver's own wall clock (ReportStream: Receiver.kt, Timing.nextTime).
 */
export function nextBatchTime(timing: Timing, now: Micros): Micros {
  const zone = ZONES[timing.timeZone];
  const soon = now + 10 * SECOND;
  const local = soon + offsetAt(zone, soon);
  const midnight = Math.floor(local / DAY) * DAY;
  const [hours = 0, minutes = 0] = timing.initialTime.split(":").map(Number);
  const initial = (hours * 60 + minutes) * 60 * SECOND;
  const period = Math.floor(86_400 / timing.numberPerDay) * SECOND;
  const periods = Math.ceil((local - midnight - initial) / period);
  const boundary = midnight + initial + periods * period;
  const offset = offsetAt(zone, soon);
  const after = offsetAt(zone, boundary - offset);
  // A boundary in the hour that clocks skip comes as late as if they had not.
  return offsetAt(zone, boundary - after) === after ? boundary - after : boundary - offset;
}

/** How long ReportStream's batch decider looks back for waiting work of a receiver (BaseEngine.kt). */
export function batchLookback(timing: Timing): Micros {
  return (3 * Math.floor(1440 / timing.numberPerDay) + 180) * 60 * SECOND;
}

/** `2026-11-20 14:02:11.123456+00`, as COPY reads a timestamp with time zone. */
export function sqlInstant(at: Micros): string {
  const second = Math.floor(at / SECOND);
  const slot = second & (SLOTS - 1);
  if (slotSeconds[slot] !== second) {
    const iso = new Date(second * 1000).toISOString();
    slotSeconds[slot] = second;
    slotTexts[slot] = `${iso.slice(0, 10)} ${iso.slice(11, 19)}.`;
  }
  return `${slotTexts[slot]}${String(at - second * SECOND).padStart(6, "0")}+00`;
}

/** Instants come in the order of time and by the million: the text of a second is worth remembering. */
const SLOTS = 256;
const slotSeconds = new Float64Array(SLOTS).fill(-1);
const slotTexts = new Array<string>(SLOTS).fill("");

/** `20261120140211`, the stamp in the names of files that ReportStream sends. */
export function fileStamp(at: Micros): string {
  return new Date(Math.floor(at / 1000)).toISOString().slice(0, 19).replace(/[-T:]/g, "");
}
