import type pg from "pg";
import { type Micros, utcMillis } from "../time/instant.ts";

/** A value of a row: instants are Micros, json is its text, whatever has no form here is its text. */
export type Value = string | number | boolean | null;

/** One row, in the order of the query's columns. */
export type Row = Value[];

const BOOL = 16;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const OID = 26;
const TIMESTAMPTZ = 1184;

const asIs = (text: string): string => text;

const PARSERS = new Map<number, (text: string) => Value>([
  [BOOL, (text) => text === "t"],
  [INT2, Number],
  [INT4, Number],
  [OID, Number],
  [INT8, safeInteger],
  [TIMESTAMPTZ, parseTimestamp],
]);

/**
 * How pg is to read values. Numbers with a fraction stay text, so that they are printed as Postgres prints them and no digit is lost; so does
 * jsonb, since most of it is only passed on.
 */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number) => PARSERS.get(oid) ?? asIs) as pg.CustomTypesConfig["getTypeParser"],
};

function safeInteger(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

/**
 * `2026-11-20 14:02:11.123456+00`, as a session in UTC with DateStyle ISO prints it, in full precision. `infinity` becomes Infinity.
 * Digits are read by hand: Date.parse would cost three times as much and drop the microseconds.
 */
export function parseTimestamp(text: string): Micros {
  // Date.UTC takes years below 100 for others.
  if (text.length < 22 || text.charCodeAt(4) !== 45 || text.charCodeAt(0) === 48 || !text.endsWith("+00"))
    return parseUnusualTimestamp(text);
  const millis = Date.UTC(
    two(text, 0) * 100 + two(text, 2),
    two(text, 5) - 1,
    two(text, 8),
    two(text, 11),
    two(text, 14),
    two(text, 17),
  );
  let fraction = 0;
  let unit = 100_000;
  for (let index = 20; index < text.length - 3; index++) {
    fraction += (text.charCodeAt(index) - 48) * unit;
    unit /= 10;
  }
  return microsOf(millis, fraction);
}

function two(text: string, index: number): number {
  return text.charCodeAt(index) * 10 + text.charCodeAt(index + 1) - 528;
}

function parseUnusualTimestamp(text: string): Micros {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text === "-infinity") return Number.NEGATIVE_INFINITY;
  const match = UNUSUAL.exec(text);
  if (!match) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const millis = utcMillis(match[8] ? 1 - year : year, month, day, hour, minute, second);
  return microsOf(millis, Number((match[7] ?? "").padEnd(6, "0")));
}

/** Years before 1000 or after 9999: nothing that happened, but a file says what the database says. */
const UNUSUAL = /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\+00( BC)?$/;

/**
 * Far from now a double has no room for microseconds (beyond 2255): there an instant is the middle of its millisecond, so that what is cut to
 * milliseconds in print is right.
 */
function microsOf(millis: number, fraction: number): Micros {
  const micros = millis * 1000 + fraction;
  return Number.isSafeInteger(micros) ? micros : (millis + Math.floor(fraction / 1000)) * 1000 + 500;
}
