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
