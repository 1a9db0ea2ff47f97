import { Temporal } from "temporal-polyfill";
import type { Micros } from "../time/instant.ts";
import { toMicros } from "../time/zone.ts";

/** The first instant of a local date, `2026-11-20`; undefined for anything else. */
export function startOfDay(date: string, timeZone: string): Micros | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  try {
    return toMicros(Temporal.PlainDate.from(date, { overflow: "reject" }).toZonedDateTime(timeZone));
  } catch {
    return undefined;
  }
}
