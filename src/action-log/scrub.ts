import { maskAssignments } from "./assignments.ts";
import { maskBodies } from "./bodies.ts";
import { MARK } from "./markers.ts";
import type { Names } from "./names.ts";
import { maskQuoted } from "./quotes.ts";
import { isErrorWord, isHl7Event, isHl7Path, isVocabulary } from "./vocabulary.ts";
import { maskNumberWords } from "./words.ts";

/**
 * Replaces whatever has the form of a value, in any text. Every pattern has bounded repetitions
 * and starts at a character of its own, so the time grows with the text and not faster.
 *
 * @param keep texts that may stay in quotes
 */
export function scrub(text: string, keep: Names = []): string {
  if (!SUSPICIOUS.test(text)) return text;
  let out = maskBodies(text);
  if (QUOTES.test(out)) out = maskQuoted(out, keep);
  if (out.includes("://")) out = out.replace(URL_PATTERN, maskUrl);
  out = maskSecrets(out);
  if (out.includes("@")) out = maskEmails(out);
  out = maskAssignments(out);
  if (out.includes("^")) out = maskComponents(out);
  if (DIGIT.test(out)) out = maskDigits(out);
  if (out.includes(".")) out = maskHosts(out, keep);
  out = maskFiles(out);
  return maskNames(out);
}

/** Without any of these a text cannot hold what the patterns below look for. */
const SUSPICIOUS =
  /[\p{Nd}'"`“‘«@|^{<=[\\]|:\/\/|: ?\S|->|-----|[A-Za-z0-9+/_~-]{24}|atient|PATIENT|[Nn]ame|NAME|Mr|Mi?s|Dr|Prof|uardian|other|ather|rovider|hysician|linician|alue|\.[A-Za-z]{2}|earer|MSH/u;
const QUOTES = /['"`“‘«]/;
const DIGIT = /\p{Nd}/u;

/* ---- URLs, secrets, e-mail, hosts, files ------------------------------------------------------ */

const URL_PATTERN = /(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^\s"'<>‹›`]+/g;
/** Names of code systems and profiles look like URLs and lead nowhere. */
const CODE_SYSTEM =
  /^https?:\/\/(?:loinc\.org|snomed\.info|(?:terminology\.|www\.)?hl7\.org|unitsofmeasure\.org|reportstream\.cdc\.gov\/fhir|ibm\.com\/fhir|www\.cdc\.gov)(?:[/#|][\w./#|-]{0,200})?$/;

function maskUrl(url: string): string {
  const trail = /[),.;:\]}]{1,10}$/.exec(url)?.[0] ?? "";
  const address = url.slice(0, url.length - trail.length);
  return CODE_SYSTEM.test(address) && !FIVE.test(address) ? url : MARK.url + trail;
}

const JWT = /eyJ[\w-]{5,}(?:\.[\w-]*){0,4}/g;
const AUTHORIZATION =
  /\b(Bearer|Basic|SharedKey|SharedAccessSignature)\s{1,3}(?!authentication|auth\b|token\b)[^\s,;"'‹]+/gi;
const FINGERPRINT =
  /\bSHA256:[A-Za-z0-9+/=]{20,}|\b[0-9a-f]{2}(?::[0-9a-f]{2}){5,}\b|\bssh-(?:rsa|dss|ed25519) [A-Za-z0-9+/=]{16,}/g;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const RANDOM = /[A-Za-z0-9+/_=~-]{24,}/g;

const SCHEME = /bearer|basic|shared/i;
const HEX_RUN = /[0-9a-f]{8}-[0-9a-f]{4}-/i;

/** Most texts hold none of these; looking first for what each begins with is what makes it cheap. */
function maskSecrets(text: string): string {
  let out = text.includes("eyJ") ? text.replace(JWT, MARK.token) : text;
  if (SCHEME.test(out)) out = out.replace(AUTHORIZATION, (_, scheme: string) => `${scheme} ${MARK.token}`);
  if (out.includes(":") || out.includes("ssh-")) out = out.replace(FINGERPRINT, MARK.key);
  if (HEX_RUN.test(out)) out = out.replace(UUID, MARK.id);
  return out.replace(RANDOM, (run) => (isRandom(run) ? MARK.token : run));
}

/** A long run of mixed characters that no class name, path or constant looks like. */
function isRandom(run: string): boolean {
  let digits = 0;
  let upper = 0;
  let lower = 0;
  let dashes = 0;
  for (let at = 0; at < run.length; at += 1) {
    const code = run.charCodeAt(at);
    if (code >= 48 && code <= 57) digits += 1;
    else if (code >= 65 && code <= 90) upper += 1;
    else if (code >= 97 && code <= 122) lower += 1;
    else if (code === 45 || code === 95 || code === 47) dashes += 1;
  }
  if (run.length >= 32 && dashes === 0 && /^[0-9a-fA-F]+$/.test(run)) return true;
  if (upper > 0 && lower > 0 && digits >= 4) return true;
  if (run.endsWith("=") && upper > 0 && lower > 0 && run.length % 4 === 0) return true;
  // Base64 without digits: capitals all over, while a class name has one a word.
  return dashes === 0 && run.length >= 32 && upper > run.length / 3 && lower > run.length / 4;
}

const PUBLIC_EMAIL = "reportstream@cdc.gov";
const EMAIL_STOP = /[\s<>()[\]{}"'`,;:=|‹›]/;

/** Looks left and right from each @, a bounded way: no pattern that starts at every letter. */
function maskEmails(text: string): string {
  let out = "";
  let from = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", Math.max(at + 1, from))) {
    let start = at;
    while (start > from && at - start < 100 && !EMAIL_STOP.test(text[start - 1] ?? " ")) start -= 1;
    let end = at + 1;
    while (end < text.length && end - at < 255 && !EMAIL_STOP.test(text[end] ?? " ")) end += 1;
    // `@2024-01-01` is a date literal of FHIRPath; an address has something on both sides.
    if (start === at || end === at + 1) continue;
    while (text[end - 1] === "." || text[end - 1] === "!" || text[end - 1] === "?") end -= 1;
    const address = text.slice(start, end);
    out += text.slice(from, start) + (address === PUBLIC_EMAIL ? address : MARK.email);
    from = end;
  }
  return from === 0 ? text : out + text.slice(from);
}

// Two labels are a host only with an ending that no service has as its name: `ca-dph.test` is a receiver.
const HOST =
  /(?<![\w.\-/])[a-z0-9][a-z0-9-]{0,62}(?:(?:\.[a-z0-9][a-z0-9-]{0,62}){0,6}\.(?:gov|com|net|org|edu|mil)|(?:\.[a-z0-9][a-z0-9-]{0,62}){1,6}\.(?:us|io|info|biz|local|internal|lan|example|test|invalid|cloud))(?::\d{1,5})?(?![\w-]|\.\w)/gi;
const PUBLIC_HOST = /^(?:loinc\.org|snomed\.info|hl7\.org|(?:www\.)?cdc\.gov)$/;

function maskHosts(text: string, keep: Names): string {
  return text.replace(HOST, (host) => (PUBLIC_HOST.test(host) || keep.includes(host) ? host : MARK.host));
}

const EXTENSION = /\.(?:csv|hl7|fhir|txt|dat|json|ndjson|xml|zip|gz|pgp|gpg|pdf|xlsx|xls|tsv|edi|bak|log)(?!\w|\.\w)/gi;
const FILE_STOP = /[\s"'`‹›,;:()[\]{}<>|/\\=]/;

/** A file's name is the sender's wording and can hold a patient's; its extension cannot. */
function maskFiles(text: string): string {
  return text.includes(".") ? replaceBefore(text, EXTENSION, FILE_STOP, MARK.file) : text;
}

/** Replaces the word that ends where `pattern` matches; walks left a bounded way from each match. */
function replaceBefore(text: string, pattern: RegExp, stop: RegExp, marker: string): string {
  let out = "";
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    let start = match.index;
    while (start > from && match.index - start < 300 && !stop.test(text[start - 1] ?? " ")) start -= 1;
    if (start === match.index) continue;
    out += text.slice(from, start) + marker;
    from = match.index;
  }
  return from === 0 ? text : out + text.slice(from);
}

/* ---- HL7 components ---------------------------------------------------------------------------- */

/** `DOE^JANE^M` outside of a segment; `ORU^R01` names a kind of message and stays. */
function maskComponents(text: string): string {
  let out = "";
  let from = 0;
  for (let at = text.indexOf("^"); at >= 0; at = text.indexOf("^", Math.max(at + 1, from))) {
    let start = at;
    while (start > from && !/[\s"'`,;:()[\]{}<>=‹›]/.test(text[start - 1] ?? " ")) start -= 1;
    let end = at + 1;
    while (end < text.length && !/[\s"'`,;()[\]{}<>‹›]/.test(text[end] ?? " ")) end += 1;
    const word = text.slice(start, end);
    const kept = start === at || isHl7Event(word.replace(/[.:]$/, ""));
    out += text.slice(from, start) + (kept ? word : MARK.hl7);
    from = end;
  }
  return from === 0 ? text : out + text.slice(from);
}

/* ---- dates, phones, addresses, numbers --------------------------------------------------------- */

const MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}";
const CLOCK =
  "(?:[T ]\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?(?: ?(?:Z|[AP]M|[+-]\\d{2}:?\\d{2}|UTC|E[SD]T|GMT))?)?";
const DATES = new RegExp(
  [
    `(?<![\\d.-])\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}${CLOCK}(?!\\d)`,
    `(?<![\\d./-])\\d{1,2}[-/]\\d{1,2}[-/](?:\\d{4}|\\d{2})${CLOCK}(?![\\d/-])`,
    `(?<![\\d.])\\d{1,2}\\.\\d{1,2}\\.\\d{4}${CLOCK}(?![\\d.])`,
    `(?<!\\d)\\d{1,2}(?:st|nd|rd|th)?[ -](?:of )?${MONTH}[ ,.-]{1,2}(?:\\d{4}|\\d{2})${CLOCK}(?!\\d)`,
    `(?<![a-z])${MONTH}\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}${CLOCK}(?!\\d)`,
    `(?<!\\d)(?:19|20)\\d{2}[01]\\d[0-3]\\d(?:T?[0-2]\\d[0-5]\\d(?:[0-5]\\d(?:\\.\\d{1,9})?)?)?(?:[+-]\\d{4}|Z)?(?![\\d-])`,
  ].join("|"),
  "gi",
);
const SSN = /(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])/g;
const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\d.]*\d)/g;
const IPV6 =
  /(?<![\w:])(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}|::(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{1,4})(?![\w:])/gi;
const PHONE =
  /(?<![\w.-])(?:\+?\d{1,3}[ .-]{0,2})?(?:\(\d{3}\)[ .-]{0,3}|\d{3}[ .-]{1,2})\d{3}[ .-]{1,2}\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?!\d)|(?<![\w-])\d{3}-\d{4}(?![\d-])|\+\d{1,3}(?:[ ().-]{0,2}\d{1,4}){3,6}(?!\d)/g;
const PHONE_HINT = /^\(555\) ?-? ?555-5555$/;
const UNIT =
  "(?:,?\\s(?:apt|apartment|unit|suite|ste|Apt|Apartment|Unit|Suite|Ste|APT|UNIT|STE|SUITE|#)\\.?\\s?[\\w-]{1,8})?";
const CITY = "(?:,?\\s\\p{Lu}[\\p{L}'.-]{0,30}){0,3}(?:,?\\s[A-Z]{2})?(?:,?\\s\\d{5}(?:-\\d{4})?)?";
const KINDS =
  "Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Court|Ct|Circle|Cir|Place|Pl|Way|Highway|Hwy|Parkway|Pkwy|Terrace|Ter|Trail|Trl|Square|Sq|Loop";
// Capitals, or a kind of street that is no other word: "5 fields out of place" is no address.
const STREET = new RegExp(
  `(?<![\\w-])\\d{1,6}[A-Za-z]?\\s(?:[NSEW]{1,2}\\.?\\s)?(?:(?:[\\p{Lu}\\d][\\p{L}\\d'.-]{0,30}\\s){1,4}(?:${KINDS}|${KINDS.toUpperCase()})|(?:[\\p{L}\\d'.-]{1,30}\\s){1,2}(?:street|avenue|ave|road|rd|blvd|boulevard|lane|ln|drive|st))\\b\\.?${UNIT}${CITY}`,
  "gu",
);
const PO_BOX = /\bP\.? ?O\.? ?Box\s{1,2}#?[\w-]{1,12}/gi;
const CITY_STATE_ZIP =
  /\b\p{Lu}[\p{L}'.-]{1,30}(?:\s\p{Lu}[\p{L}'.-]{1,30}){0,2},?\s[A-Z]{2},?\s{1,2}\d{5}(?:-\d{4})?(?!\d)/gu;
const ZIP =
  /(?<![\d-])\d{5}-\d{4}(?![\d-])|\b((?:[Zz]ip|ZIP)(?:[ -]?[Cc]ode)?|[Pp]ostal [Cc]ode|[A-Z]{2})(:?\s{1,2})\d{5}(?![\d-])/g;
const LABELLED =
  /\b((?:tracking|accession|control|medical record|message|specimen|placer|filler|order|patient|account|visit|encounter|policy|member|submission|report|sample|case|license|passport|insurance|mrn|npi|clia|dln|ssn)s?[ _]?(ids?|identifiers?|number|num|no\.|#)?)(\s?[:=#]\s?|\s)([\w][\w.\-/]{0,64})/gi;

const FIVE = /\d{5}/;
const FOUR = /\d{4}/;

function maskDigits(text: string): string {
  let out = text.replace(DATES, MARK.date);
  if (out.includes(".")) out = out.replace(IPV4, MARK.ip);
  if (out.includes(":")) out = out.replace(IPV6, MARK.ip);
  if (FOUR.test(out)) {
    out = out.replace(SSN, MARK.ssn).replace(PHONE, (phone) => {
      return PHONE_HINT.test(phone) && text.includes(`e.g. ${phone}`) ? phone : MARK.phone;
    });
  }
  out = out.replace(STREET, MARK.address).replace(PO_BOX, MARK.address);
  if (FIVE.test(out)) {
    out = out.replace(CITY_STATE_ZIP, MARK.address);
    out = out.replace(ZIP, (_, label?: string, gap?: string) => {
      return label === undefined ? MARK.zip : `${label}${gap ?? " "}${MARK.zip}`;
    });
  }
  return maskNumberWords(out.replace(LABELLED, maskLabelled));
}

/** `accession ACC-88` holds an identifier; `message 3`, `specimen SPM-4` and `order status` do not. */
function maskLabelled(all: string, label: string, idWord: string | undefined, gap: string, token: string): string {
  const core = token.replace(/[.\-/]{1,64}$/, "");
  if (!/\d/.test(core)) {
    const code = idWord !== undefined && /^[A-Z]{4,}$/.test(core);
    return code ? `${label}${gap}${MARK.id}${token.slice(core.length)}` : all;
  }
  if (isHl7Path(core) || /^\d{1,7}-\d$/.test(core) || /^v?\d+\.\d+(?:\.\d+)?$/.test(core)) return all;
  if (idWord === undefined && /^\d{1,4}$/.test(core)) return all;
  if (/^HL7/i.test(core)) return all;
  return `${label}${gap}${MARK.id}${token.slice(core.length)}`;
}

/* ---- names ------------------------------------------------------------------------------------- */

const TITLED = /\b(Mr|Mrs|Ms|Miss|Dr|Prof)(\.?)\s(?:\p{Lu}[\p{L}'.-]{0,40})(?:\s\p{Lu}[\p{L}'-]{1,40}){0,3}/gu;
const LABELLED_NAME =
  /(?<![\p{L}\p{N}_])((?:(?:[Pp]atient|PATIENT|[Gg]uardian|[Mm]other|[Ff]ather|[Pp]rovider|[Pp]hysician|[Cc]linician)(?:'s)?(?: [Nn]ame)?|(?:[Ff]irst|[Ll]ast|[Mm]iddle|[Gg]iven|[Ff]amily|[Mm]aiden|[Ff]ull)[ _-]?[Nn]ame|NAME)(?: (?:is|was|named|called))?)(\s?[:=]?\s)(\p{Lu}[\p{L}'-]{0,40}\.?(?:,?\s\p{Lu}[\p{L}'-]{0,40}\.?){0,3})/gu;
const LABELLED_VALUE =
  /\b([Vv]alue(?: is| was| of)?)(\s)([\p{L}\p{N}][^\s,;]{0,200}(?:,?\s\p{Lu}[\p{L}'-]{0,40}){0,3})/gu;
const LABELLED_BIRTH = /\b((?:dob|date of birth|birth ?date|born)(?: on| is| was)?)(\s)[\d/.-]{4,10}(?![\w‹])/gi;
const NOT_A_NAME =
  /^(?:date|dob|birth|id|identifier|name|address|phone|number|zip|street|city|state|county|email|sex|gender|race|ethnicity|age|first|last|middle|resource|field|segment|reference|telephone|country|class|is|not|must|no|hl7|fhir|pid|ssn|mrn|npi|count|data|information|record|records|type|role|org|organization|facility|reformat|please|portal|missing|required|invalid)$/i;

const NAME_HINT =
  /Mr|Ms|Miss|Dr|Prof|Mrs|[Nn]ame|NAME|atient|PATIENT|uardian|other|ather|rovider|hysician|linician|alue|[Dd][Oo][Bb]|irth|orn/;

function maskNames(text: string): string {
  if (!NAME_HINT.test(text)) return text;
  return text
    .replace(LABELLED_BIRTH, (_, label: string, gap: string) => `${label}${gap}${MARK.date}`)
    .replace(LABELLED_VALUE, (all, label: string, gap: string, value: string) => {
      // "value is not allowed" speaks; "value is Testlast" and "value Testlast" quote.
      const first = value.split(/[\s,.:)(]/, 1)[0] ?? "";
      const quotes = /^[\p{Lu}\p{N}]/u.test(first) || label.includes(" ");
      return !quotes || isErrorWord(first.toLowerCase()) || isVocabulary(first) ? all : `${label}${gap}${MARK.value}`;
    })
    .replace(TITLED, (_, title: string, dot: string) => `${title}${dot} ${MARK.name}`)
    .replace(LABELLED_NAME, (all, label: string, gap: string, name: string) => {
      const first = name.split(/[\s,.]/, 1)[0] ?? "";
      return NOT_A_NAME.test(first) ? all : `${label}${gap}${MARK.name}`;
    });
}
