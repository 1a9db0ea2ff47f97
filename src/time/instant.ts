/**
 * An instant as microseconds since 1970-01-01T00:00:00Z. Postgres keeps microseconds, and rows of
 * one transaction are told apart from the next only there, so instants are compared in full and
 * cut to milliseconds only in print. Exact as a double up to the year 2255.
 */
export type Micros = number;

/** Microseconds from the Unix epoch to the Postgres epoch, 2000-01-01T00:00:00Z. */
export const POSTGRES_EPOCH: Micros = 946_684_800_000_000;

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `2026-11-20T14:02:11.123Z`: UTC, cut (not rounded) to milliseconds. */
export function formatInstant(instant: Micros): string {
  return new Date(Math.floor(instant / 1000)).toISOString();
}

const MILLIS_A_DAY = 86_400_000;
/** The calendar repeats itself after 400 years. */
const CYCLE_YEARS = 400;
const CYCLE_DAYS = 146_097;

/**
 * A day, counted from 1970-01-01, as ISO 8601 writes its date: `2026-11-20`; years before 0 and after 9999 with a sign and six digits, as
 * formatInstant prints them. Goes on where Date ends (the year 275760), as Postgres does.
 */
export function isoDate(day: number): string {
  const cycle = Math.floor(day / CYCLE_DAYS);
  const date = new Date((day - cycle * CYCLE_DAYS) * MILLIS_A_DAY);
  const year = date.getUTCFullYear() + cycle * CYCLE_YEARS;
  const sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  return sign + String(Math.abs(year)).padStart(sign === "" ? 4 : 6, "0") + date.toISOString().slice(4, 10);
}

/** Milliseconds since 1970-01-01T00:00:00Z of a time in UTC. Date.UTC takes the years 0 to 99 for those of the last century. @param year 0 for 1 BC */
export function utcMillis(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  const cycle = Math.floor((year - 2000) / CYCLE_YEARS);
  const within = Date.UTC(year - cycle * CYCLE_YEARS, month - 1, day, hour, minute, second);
  return within + cycle * CYCLE_DAYS * MILLIS_A_DAY;
}

/**
 * Reads an ISO 8601 instant with `Z` or an offset, up to microseconds. Returns undefined for
 * anything else, a date without a time or a time without a zone included: those are ambiguous.
 */
export function parseInstant(text: string): Micros | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d{2}(?::?\d{2})?)$/.exec(
    text,
  );
  if (!match) return undefined;
  const [, date, minutes, seconds = "00", fraction = "", zone = "Z"] = match;
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  const millis = Date.parse(`${date}T${minutes}:${seconds}${offset}`);
  if (Number.isNaN(millis)) return undefined;
  return millis * 1000 + Number(fraction.padEnd(6, "0"));
}
