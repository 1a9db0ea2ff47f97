import type { Micros } from "../time/instant.ts";
import { formatClock, formatDay, formatShortMoment } from "../time/zone.ts";

/**
 * Says instants in a zone, the day only when it is not the day of `asOf` there: `14:00 (US/Eastern)`,
 * `Nov 19 14:00 (US/Eastern)`. Remembers what it said, since many files share a batch's time.
 */
export function sayTime(asOf: Micros): (at: Micros, timeZone: string) => string {
  const said = new Map<string, string>();
  const today = new Map<string, string>();
  return (at, timeZone) => {
    const key = `${at} ${timeZone}`;
    const known = said.get(key);
    if (known !== undefined) return known;
    let day = today.get(timeZone);
    if (day === undefined) {
      day = formatDay(asOf, timeZone);
      today.set(timeZone, day);
    }
    const sameDay = formatDay(at, timeZone) === day;
    const text = `${sameDay ? formatClock(at, timeZone) : formatShortMoment(at, timeZone)} (${timeZone})`;
    said.set(key, text);
    return text;
  };
}
