import { MARK, markerEnd } from "./markers.ts";
import type { Names } from "./names.ts";
import { isVocabulary } from "./vocabulary.ts";

const OPENERS = /['"`“‘«‹]/g;
const CLOSERS: { readonly [opener: string]: string } = { "“": "”", "‘": "’", "«": "»", "‹": "›" };
const WORD = /[\p{L}\p{N}_]/u;
/** How far after a closed quote a stray closing one still belongs to it ('O' Brien'). */
const STRAY = 120;

/**
 * Replaces what stands in quotes by `‹value›`, quotes included, unless it is empty or known
 * vocabulary. An apostrophe inside a word opens nothing. A quote that is never closed takes the
 * rest of the text: the message was cut, and the value with it.
 *
 * @param keep texts that may stay in quotes, such as the row's own sender
 */
export function maskQuoted(text: string, keep: Names): string {
  const scan = OPENERS;
  scan.lastIndex = 0;
  // Parts, not one growing string: undoing the last quote must not copy what was written before.
  const parts: string[] = [];
  let from = 0;
  let previous: { parts: number; at: number } | undefined;
  for (let match = scan.exec(text); match; match = scan.exec(text)) {
    const at = match.index;
    const opener = match[0];
    const marker = markerEnd(text, at);
    if (marker >= 0) {
      scan.lastIndex = marker;
      continue;
    }
    if (opener === "'" && WORD.test(before(text, at))) {
      // Not an opening quote: an apostrophe, or the true end of a value that held quotes.
      const stray = !WORD.test(text[at + 1] ?? " ") && text[at - 1] !== "s";
      if (stray && previous !== undefined && at - previous.at < STRAY && !text.slice(previous.at, at).includes("\n")) {
        parts.length = previous.parts;
        parts.push(MARK.value);
        from = at + 1;
      }
      continue;
    }
    const close = closing(text, at, opener);
    if (close < 0 && (opener === '"' || opener === "'") && /[0-9]/.test(text[at - 1] ?? "")) continue;
    const end = close < 0 ? text.length : close;
    const inside = text.slice(at + 1, end);
    const next = Math.min(end + 1, text.length);
    scan.lastIndex = next;
    if (inside === "" && close >= 0) continue;
    if (close >= 0 && (isVocabulary(inside) || keep.includes(inside))) continue;
    if (at > from) parts.push(text.slice(from, at));
    if (opener === "'" && close >= 0) previous = { parts: parts.length, at: next };
    if (parts.at(-1) !== MARK.value) parts.push(MARK.value);
    from = next;
  }
  if (from === 0) return text;
  parts.push(text.slice(from));
  return parts.join("");
}

/** The code point before `at`, so that letters outside the basic plane are letters too. */
function before(text: string, at: number): string {
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xdc00 && unit <= 0xdfff ? text.slice(at - 2, at) : (text[at - 1] ?? " ");
}

function closing(text: string, at: number, opener: string): number {
  const closer = CLOSERS[opener] ?? opener;
  let from = at + 1;
  for (;;) {
    const end = text.indexOf(closer, from);
    if (end < 0) return -1;
    const escaped = text[end - 1] === "\\" && end - 1 > at;
    const inWord = closer === "'" && WORD.test(text[end + 1] ?? " ");
    if (!escaped && !inWord) return end;
    from = end + 1;
  }
}
