import { MARK } from "./markers.ts";
import { isHl7Event, isHl7Path } from "./vocabulary.ts";

const FIVE_DIGITS = /\p{Nd}(?:\P{Nd}*\p{Nd}){4}/u;
const WORDS = /[\p{L}\p{N}\p{Cf}_][\p{L}\p{N}\p{Cf}\p{M}_.\-/:+]*/gu;

/**
 * Replaces words that are identifiers, dates or numbers by their digits alone: what is left when
 * the patterns with a form of their own (phones, addresses, URLs) are gone.
 */
export function maskNumberWords(text: string): string {
  if (!FIVE_DIGITS.test(text)) return text;
  return text.replace(WORDS, (word, at: number) => maskWord(word, text[at - 1] === "‹"));
}

function maskWord(word: string, inMarker: boolean): string {
  // What is left of URLs when they are masked names a code system.
  if (inMarker || word.startsWith("http://") || word.startsWith("https://")) return word;
  let digits = 0;
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    if (code >= 48 && code <= 57) digits += 1;
    else if (code > 127) return maskForeignWord(word);
  }
  return digits < 5 ? word : maskDigitWord(word, digits);
}

/** Digits of other scripts and invisible characters between digits do not hide a number. */
function maskForeignWord(word: string): string {
  const plain = word.replace(/[\p{Cf}\p{M}]/gu, "");
  const digits = plain.match(/\p{Nd}/gu)?.length ?? 0;
  if (digits < 5) return word;
  if (/^[\x20-\x7e]*$/.test(plain)) return maskDigitWord(plain, digits) === plain ? word : maskDigitWord(plain, digits);
  return digits >= 7 || /\p{L}/u.test(plain) ? MARK.number : word;
}

const LETTER = /[A-Za-z_]/;
const OID = /^[0-2](?:\.\d{1,12}){4,}$/;
const LOINC = /^\d{1,7}-\d$/;
const TIME = /^\d{1,2}:\d{2}:\d{2}(?:\.\d{1,9})?$/;
const STANDARD = /^(?:ISO|UTF|RFC|CP|windows|HL7|FHIR|TLS|SSL|SHA|v)[-_:.]?\d{1,5}(?:[-.:]\d{1,4}){0,3}$/i;
const SCREAMING = /^[A-Z]+(?:_[A-Z0-9]+)+$/;

function maskDigitWord(word: string, digits: number): string {
  const core = word.replace(/[.:\-/+]{1,50}$/, "");
  const tail = word.slice(core.length);
  if (/^\d+$/.test(core)) return core.length < 7 ? word : (isPackedDate(core) ? MARK.date : MARK.number) + tail;
  if (LOINC.test(core) || OID.test(core) || TIME.test(core) || STANDARD.test(core)) return word;
  if (isHl7Path(core) || isHl7Event(core)) return word;
  if (!LETTER.test(core)) {
    if (digits >= 7) return MARK.number + tail;
    // 100-200 is a range and 12.34 a size; 1234-56 looks like an accession number.
    return core.split(/[-/]/).some((part) => part.length >= 4) && /[-/]/.test(core) ? MARK.id + tail : word;
  }
  if (SCREAMING.test(core) && digits < 6) return word;
  // "Foo.kt:12345" is a place in a source file.
  const source = /\.(?:kt|java|scala|js):\d{1,6}$/.test(core);
  return source ? word : MARK.id + tail;
}

/** yyyyMMdd, or that with a time of day behind it. */
function isPackedDate(digits: string): boolean {
  if (![8, 10, 12, 14].includes(digits.length)) return false;
  const year = Number(digits.slice(0, 4));
  const month = Number(digits.slice(4, 6));
  const day = Number(digits.slice(6, 8));
  return year >= 1880 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}
