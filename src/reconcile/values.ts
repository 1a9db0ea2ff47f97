import { isUuid } from "../trace/asked.ts";

/** What the values of a list can be; by the side they are compared with, `file` is the sender's own name or the delivered one. */
export const KEY_KINDS = ["report", "submission", "tracking", "file"] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** What had to be put right before values could be compared. */
export const REPAIRS = {
  blanks: "with blanks or invisible characters around",
  apostrophe: "with an apostrophe in front, as spreadsheets mark texts",
  quotes: "in quotes or brackets",
  case: "UUIDs in capitals or without hyphens",
  number: "numbers with separators or decimals",
  folder: "with a folder in front of the name",
} as const;
export type Repair = keyof typeof REPAIRS;

/** A value as it can be compared, or why it cannot. */
export type Value =
  | { key: string; repairs: readonly Repair[]; problem?: undefined }
  | { key?: undefined; problem: string };

/** A number of which a spreadsheet kept the first digits alone: `1.23457E+11`. */
const SHORTENED = /^[+-]?\d(?:[.,]\d+)?E\+\d{1,3}$/i;
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\0]/g;
const BARE_UUID = /^[0-9a-f]{32}$/i;

/** Whether a value looks like a number that a spreadsheet shortened, so that its last digits are lost. */
export function isShortened(text: string): boolean {
  return SHORTENED.test(text);
}

/**
 * Reads one cell of somebody's list as spreadsheets, mails and exports leave it. Undefined for a cell without anything.
 *
 * What is put right cannot make two ids one: blanks, quotes, an apostrophe in front, a UUID's case and hyphens, a submission's
 * separators, a file's folder. Leading zeros and the case of other ids are left alone; see `looseForm`.
 */
export function readValue(cell: string, kind: KeyKind): Value | undefined {
  const repairs = new Set<Repair>();
  let text = bare(cell, repairs);
  if (text === "") return undefined;
  if (kind === "file") {
    const name = lastPart(text);
    if (name !== text) repairs.add("folder");
    text = name;
    if (text === "") return { problem: "a folder and no file" };
  }
  if (kind === "submission") return submissionNumber(text, repairs);
  const uuid = asUuid(text);
  if (uuid !== undefined && uuid !== text) {
    repairs.add("case");
    text = uuid;
  }
  if (kind === "report" && uuid === undefined) {
    return {
      problem: isShortened(text) ? "a number that a spreadsheet shortened, not the id of a report" : "not a UUID",
    };
  }
  return { key: text, repairs: [...repairs] };
}

/** One of our own ids in the form in which `readValue` leaves theirs. */
export function ourKey(id: string, kind: KeyKind): string {
  const text = kind === "file" ? lastPart(id.trim()) : id.trim();
  return isUuid(text) ? text.toLowerCase() : text;
}

/** What two ids have in common that differ only in what spreadsheets and people change: letter case, zeros in front, `.0` behind. */
export function looseForm(key: string): string {
  return key
    .toLowerCase()
    .replace(/^0+(?=[^.])/, "")
    .replace(/^(\d+)\.0+$/, "$1");
}

function bare(cell: string, repairs: Set<Repair>): string {
  let text = cell.replaceAll(INVISIBLE, "").replaceAll("\u00a0", " ").trim();
  if (text !== cell) repairs.add("blanks");
  for (;;) {
    const before = text;
    text = text.replace(/[,;]+$/, "").trim();
    // ="00123" keeps a spreadsheet from reading a number.
    const inner = /^=?(["'`])(.*)\1$/s.exec(text)?.[2] ?? /^[{(<[](.*)[\])>}]$/s.exec(text)?.[1];
    if (inner !== undefined) {
      text = inner.replaceAll('""', '"').trim();
      repairs.add("quotes");
    } else if (text.startsWith("'") && text.length > 1) {
      text = text.slice(1).trim();
      repairs.add("apostrophe");
    }
    if (text === before) return text;
  }
}

function submissionNumber(text: string, repairs: Set<Repair>): Value {
  const plain = /^\d{1,3}(?:[, ]\d{3})+$/.test(text)
    ? text.replaceAll(/[, ]/g, "")
    : text.replace(/^(\d+)[.,]0+$/, "$1");
  if (plain !== text) repairs.add("number");
  const number = Number(plain);
  if (/^\d{1,16}$/.test(plain) && Number.isSafeInteger(number) && number > 0) {
    return { key: String(number), repairs: [...repairs] };
  }
  return {
    problem: isShortened(text)
      ? "a number that a spreadsheet shortened: its last digits are lost"
      : "not the number of a submission",
  };
}

function asUuid(text: string): string | undefined {
  if (isUuid(text)) return text.toLowerCase();
  if (!BARE_UUID.test(text)) return undefined;
  const hex = text.toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function lastPart(name: string): string {
  return name.split(/[/\\]/).at(-1)?.trim() ?? "";
}
