import { createHash } from "node:crypto";
import { Temporal } from "temporal-polyfill";
import type { Micros } from "../time/instant.ts";

/** Names that Windows keeps for devices, in any folder. */
const DEVICES = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/** File systems end at 255 bytes; the rest is room for what people's tools append. */
const LONGEST = 200;
const KEPT_OF_LONG = 120;

/**
 * The folder of an organization: `a-z 0-9 - _` stay, every other byte of the name's UTF-8 is
 * written as `%XX`. Different names give different folders, on file systems that ignore case too,
 * and none leaves its parent. Beyond the plain rule:
 * - the empty name is `%`;
 * - a name that Windows keeps for a device has its first letter written as `%XX` (`con` is `%63on`);
 * - a folder name of more than 200 bytes is cut, and `%-` and the name's SHA-256 follow.
 * None of the three can come out of another name, since `%` is otherwise followed by two digits and
 * only what must be is escaped.
 */
export function organizationFolder(name: string): string {
  if (name === "") return "%";
  const escaped = escapeName(name);
  if (DEVICES.test(escaped)) return `${escapeByte(escaped.charCodeAt(0))}${escaped.slice(1)}`;
  if (escaped.length <= LONGEST) return escaped;
  const kept = escaped.slice(0, KEPT_OF_LONG).replace(/%[0-9A-F]?$/, "");
  return `${kept}%-${createHash("sha256").update(escaped).digest("hex")}`;
}

/** Lone surrogates have no UTF-8 and would all become U+FFFD; the three bytes they would have keep names distinct. */
function escapeName(name: string): string {
  let escaped = "";
  for (const character of name) {
    if (/^[a-z0-9_-]$/.test(character)) escaped += character;
    else for (const byte of utf8(character)) escaped += escapeByte(byte);
  }
  return escaped;
}

function utf8(character: string): Uint8Array {
  const code = character.codePointAt(0) as number;
  if (code < 0xd800 || code > 0xdfff) return Buffer.from(character, "utf8");
  return Uint8Array.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
}

function escapeByte(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** A half-open window [from, to), and the zone whose days it may consist of. */
export interface NamedWindow {
  readonly from: Micros;
  readonly to: Micros;
  readonly timeZone: string;
}

/**
 * The folder of a run: `2026-11-20` for one local day, `2026-11-20_2026-11-22` for whole local days
 * (both inclusive), else the two instants, compact and in UTC: `20261120T140000Z_20261121T020000Z`,
 * with the fraction where there is one. A local day runs from its first instant to the next day's,
 * so days of 23 and 25 hours, and those that do not start at midnight, are whole days too.
 */
export function runFolderName(window: NamedWindow): string {
  const first = dayStartingAt(window.from, window.timeZone);
  const end = dayStartingAt(window.to, window.timeZone);
  if (first !== undefined && end !== undefined && window.from < window.to) {
    const last = zoned(window.to - 1, window.timeZone).toPlainDate();
    return first.equals(last) ? first.toString() : `${first}_${last}`;
  }
  return `${compact(window.from)}_${compact(window.to)}`;
}

function zoned(instant: Micros, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochNanoseconds(BigInt(instant) * 1000n).toZonedDateTimeISO(timeZone);
}

function dayStartingAt(instant: Micros, timeZone: string): Temporal.PlainDate | undefined {
  const time = zoned(instant, timeZone);
  return time.startOfDay().epochNanoseconds === time.epochNanoseconds ? time.toPlainDate() : undefined;
}

function compact(instant: Micros): string {
  const millis = Math.floor(instant / 1000);
  const micros = instant - millis * 1000;
  const text = new Date(millis).toISOString();
  const seconds = text.slice(0, -5).replace(/[-:]/g, "");
  const fraction = `${text.slice(-4, -1)}${micros === 0 ? "" : String(micros).padStart(3, "0")}`;
  return `${seconds}${fraction === "000" ? "" : `.${fraction}`}Z`;
}
