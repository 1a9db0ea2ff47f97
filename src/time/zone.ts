import { Temporal } from "temporal-polyfill";
import { MINUTE, type Micros } from "./instant.ts";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * The zones that a receiver's timing can name, as IANA names (ReportStream: USTimeZone.kt). One
 * version upstream has `Cuba` for PUERTO_RICO; the island keeps no summer time, so its own name stands here.
 */
const REPORTSTREAM_ZONES: ReadonlyMap<string, string> = new Map([
  ["PACIFIC", "US/Pacific"],
  ["MOUNTAIN", "US/Mountain"],
  ["ARIZONA", "US/Arizona"],
  ["CENTRAL", "US/Central"],
  ["EASTERN", "US/Eastern"],
  ["SAMOA", "US/Samoa"],
  ["HAWAII", "US/Hawaii"],
  ["EAST_INDIANA", "US/East-Indiana"],
  ["INDIANA_STARKE", "US/Indiana-Starke"],
  ["MICHIGAN", "US/Michigan"],
  ["ALASKA", "US/Alaska"],
  ["CHAMORRO", "Pacific/Guam"],
  ["NORTHERN_MARIANA_ISLANDS", "Pacific/Guam"],
  ["PUERTO_RICO", "America/Puerto_Rico"],
  ["US_VIRGIN_ISLANDS", "America/St_Thomas"],
  ["CHUUK", "Pacific/Chuuk"],
  ["POHNPEI", "Pacific/Pohnpei"],
  ["KOSRAE", "Pacific/Kosrae"],
  ["MAJURO", "Pacific/Majuro"],
  ["UTC", "UTC"],
]);

/** The IANA name of a zone of ReportStream's settings (`EASTERN` is `US/Eastern`), or undefined. */
export function reportStreamZone(name: string): string | undefined {
  return REPORTSTREAM_ZONES.get(name);
}

/**
 * The IANA name that `text` means, in its usual spelling (`us/eastern` is `US/Eastern`), links
 * such as `US/Eastern` kept as they are. Undefined for anything else, offsets included: an offset
 * knows nothing of summer time, so a "day" in it would be wrong for half the year.
 */
export function timeZoneName(text: string): string | undefined {
  if (!/^[A-Za-z]/.test(text)) return undefined;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch {
    return undefined;
  }
}

/** The instant as date and clock of a zone. Throws RangeError for a name that timeZoneName refuses. */
export function inZone(instant: Micros, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochNanoseconds(BigInt(instant) * 1000n).toZonedDateTimeISO(timeZone);
}

/** Microseconds of a Temporal instant or zoned date and time, cut to the microsecond. */
export function toMicros(moment: { epochNanoseconds: bigint }): Micros {
  return Number(moment.epochNanoseconds / 1000n);
}

/** `Fri Nov 20 2026 14:02 (US/Eastern)`: an instant for people, English and with its zone whatever the host says. */
export function formatMoment(instant: Micros, timeZone: string): string {
  const local = inZone(instant, timeZone);
  return `${day(local)} ${clock(local)} (${timeZone})`;
}

/** `Nov 20 14:02`, for a table whose head names the zone and the year. */
export function formatShortMoment(instant: Micros, timeZone: string): string {
  const quarter = quarterOf(instant, timeZone);
  return `${quarter.date} ${clockOf(quarter, instant)}`;
}

/** `14:02`, for a page about one day whose head names the zone. */
export function formatClock(instant: Micros, timeZone: string): string {
  return clockOf(quarterOf(instant, timeZone), instant);
}

/** A quarter of an hour in a zone, in the parts that are printed. */
interface Quarter {
  /** Of an instant before the zones had whole quarters: that instant itself. */
  start: Micros;
  date: string;
  hour: string;
  /** The minute with which it begins. */
  minute: number;
  /** Empty but in the hour that summer time's end repeats. */
  offset: string;
}

const QUARTER = 15 * MINUTE;

/** Since then every zone is whole quarters from UTC, and changes at whole ones. */
const WHOLE_QUARTERS_SINCE = Date.UTC(1980, 0, 1) * 1000;

/** So many quarters are kept of all zones together: those of a month in seven of them. */
const KEPT = 20_000;

const quarters = new Map<string, Quarter>();

/**
 * An instant in a zone. A page has hundreds of times in a few hours of one zone, and to ask the calendar for
 * each took a third of the time of 500 pages: so it is asked once a quarter of an hour.
 */
function quarterOf(instant: Micros, timeZone: string): Quarter {
  const start = Math.floor(instant / QUARTER) * QUARTER;
  const known = instant >= WHOLE_QUARTERS_SINCE;
  const key = `${start} ${timeZone}`;
  let quarter = known ? quarters.get(key) : undefined;
  if (!quarter) {
    const begin = known ? start : instant;
    const local = inZone(begin, timeZone);
    quarter = {
      start: begin,
      date: `${MONTHS[local.month - 1]} ${two(local.day)}`,
      hour: two(local.hour),
      minute: local.minute,
      offset: clock(local).slice("14:02".length),
    };
    if (quarters.size >= KEPT) quarters.clear();
    if (known) quarters.set(key, quarter);
  }
  return quarter;
}

function clockOf({ start, hour, minute, offset }: Quarter, instant: Micros): string {
  return `${hour}:${two(minute + Math.floor((instant - start) / MINUTE))}${offset}`;
}

/** `Fri Nov 20 2026`: the local day in which the instant lies. */
export function formatDay(instant: Micros, timeZone: string): string {
  return day(inZone(instant, timeZone));
}

/** `Friday`: the weekday of the local day in which the instant lies. */
export function formatWeekday(instant: Micros, timeZone: string): string {
  return WEEKDAYS[inZone(instant, timeZone).dayOfWeek - 1];
}

/** `Nov 20` of a local date `2026-11-20`. */
export function formatShortDate(date: string): string {
  return `${MONTHS[Number(date.slice(5, 7)) - 1]} ${date.slice(8, 10)}`;
}

function day(local: Temporal.ZonedDateTime): string {
  return `${DAYS[local.dayOfWeek - 1]} ${MONTHS[local.month - 1]} ${two(local.day)} ${local.year}`;
}

/** Hours and minutes; in the hour that summer time's end repeats, the offset too, since `01:30` happens twice. */
function clock(local: Temporal.ZonedDateTime): string {
  const time = `${two(local.hour)}:${two(local.minute)}`;
  const wall = local.toPlainDateTime();
  const first = wall.toZonedDateTime(local.timeZoneId, { disambiguation: "earlier" });
  const second = wall.toZonedDateTime(local.timeZoneId, { disambiguation: "later" });
  return first.epochNanoseconds === second.epochNanoseconds ? time : `${time} ${local.offset}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
