/** One thing to look for, as somebody typed it. */
export interface Asked {
  /** As it is shown back: without blanks and commas around it. */
  text: string;
  /** What the asker says that it is; undefined to find out. */
  as: AskedKind | undefined;
  /** Without the kind in front and the item behind. */
  term: string;
  /** The item asked for in particular, from 1. */
  item: number | undefined;
}

export const ASKED_KINDS = ["report", "submission", "message", "file"] as const;
export type AskedKind = (typeof ASKED_KINDS)[number];

/**
 * A piece of what was typed. A name may hold a comma, so where commas cut a text, the whole of it is
 * kept beside its parts, and wins if there is such a name.
 */
export interface AskedGroup {
  whole: Asked;
  /** More than one only where commas or blanks cut the text. */
  parts: Asked[];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const UUID_INSIDE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const NUMBER = /^[1-9][0-9]{0,15}$/;
const KIND = new RegExp(`^(${ASKED_KINDS.join("|")}):\\s*(?=\\S)`, "i");
const ITEM = /^(.*?)[/#]([1-9][0-9]{0,8})$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** An action's number; undefined for anything else. */
export function asNumber(text: string): number | undefined {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The UUIDs that a file's name holds, lower case, each once. */
export function uuidsIn(text: string): string[] {
  return [...new Set((text.match(UUID_INSIDE) ?? []).map((uuid) => uuid.toLowerCase()))];
}

/**
 * Reads what people hand over: words of a command line, lines of a list, with blanks and commas
 * around them, quotes, several to a line. The same thing twice is asked once, in the order of its
 * first mention.
 */
export function readAsked(texts: readonly string[]): AskedGroup[] {
  const groups: AskedGroup[] = [];
  const seen = new Set<string>();
  for (const line of texts.flatMap((text) => text.split(/[\r\n]+/))) {
    const whole = cleaned(line);
    if (whole === "") continue;
    const parts = cut(line).map(cleaned).filter(Boolean);
    const fresh = parts.map(asAsked).filter(({ text }) => !seen.has(key(text)));
    for (const { text } of fresh) seen.add(key(text));
    if (fresh.length > 0) groups.push({ whole: asAsked(whole), parts: fresh });
  }
  return groups;
}

function key(text: string): string {
  return isUuid(text) ? text.toLowerCase() : text;
}

/** Cuts at commas, semicolons and tabs outside of quotes; at blanks only between ids that hold none themselves. */
function cut(line: string): string[] {
  const parts = line.match(/"(?:[^"]|"")*"|[^,;\t]+/g) ?? [];
  return parts.flatMap((part) => {
    const words = part.trim().split(/\s+/);
    const ids = words.every((word) => isUuid(cleaned(word)) || asNumber(cleaned(word)) !== undefined);
    return ids ? words : [part];
  });
}

/** Without what stands around an id in a list, a mail or a JSON text. */
function cleaned(text: string): string {
  let left = text.replaceAll(/[\u200b-\u200f\u2060\ufeff\0]/g, "").trim();
  for (;;) {
    const before = left;
    left = left.replace(/[,;]+$/, "").trim();
    if (/^(["'`]).*\1$/s.test(left) && left.length > 1) left = left.slice(1, -1).replaceAll('""', '"').trim();
    const bare = /^[{(<[](.*)[\])>}]$/s.exec(left)?.[1]?.trim();
    if (bare !== undefined && (isUuid(bare) || asNumber(bare) !== undefined)) left = bare;
    if (left === before) return left;
  }
}

function asAsked(text: string): Asked {
  const named = KIND.exec(text);
  const rest = named ? text.slice(named[0].length) : text;
  const as = named ? (named[1].toLowerCase() as AskedKind) : undefined;
  const [, before, item] = ITEM.exec(rest) ?? [];
  const hasItem = before !== undefined && (isUuid(before) || (as === "submission" && asNumber(before) !== undefined));
  const term = hasItem ? before : rest;
  return { text, as, term: isUuid(term) ? term.toLowerCase() : term, item: hasItem ? Number(item) : undefined };
}
