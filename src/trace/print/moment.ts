import { type Micros, parseInstant } from "../../time/instant.ts";
import { inZone } from "../../time/zone.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Sep 20 2023 13:40 (US/Central, 18:40Z)`: an instant as it is quoted in a reply, by the clock of its zone and by UTC. */
export function sayMoment(instant: string, timeZone: string): string {
  const at = parseInstant(instant) as Micros;
  const local = inZone(at, timeZone);
  const utc = inZone(at, "UTC");
  const day = (moment: typeof local): string => `${MONTHS[moment.month - 1]} ${moment.day}`;
  const clock = (moment: typeof local): string => `${two(moment.hour)}:${two(moment.minute)}`;
  if (timeZone === "UTC") return `${day(utc)} ${utc.year} ${clock(utc)}Z`;
  const elsewhere = day(local) === day(utc) ? "" : `${day(utc)} `;
  return `${day(local)} ${local.year} ${clock(local)} (${timeZone}, ${elsewhere}${clock(utc)}Z)`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
