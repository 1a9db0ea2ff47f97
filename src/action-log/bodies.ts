import { MARK } from "./markers.ts";

/**
 * Whole documents inside a message: HL7, JSON, XML, keys. Each scan walks the text once, so that a
 * message of a megabyte costs what a megabyte costs.
 */

/** Replaces every document by one marker. What is cut off in the middle is masked to the end. */
export function maskBodies(text: string): string {
  let out = text;
  if (out.includes("-----BEGIN")) out = maskKeys(out);
  if (out.includes("|") || out.includes("MSH")) out = maskHl7(out);
  if (/[{[(]/.test(out)) out = maskJson(out);
  if (out.includes("<")) out = maskXml(out);
  return out;
}

const KEY_BLOCK = /-----BEGIN [A-Z0-9 ]{1,60}-----/g;

function maskKeys(text: string): string {
  KEY_BLOCK.lastIndex = 0;
  let out = "";
  let from = 0;
  for (let match = KEY_BLOCK.exec(text); match; match = KEY_BLOCK.exec(text)) {
    out += text.slice(from, match.index) + MARK.key;
    const end = text.indexOf("-----END ", match.index);
    const close = end < 0 ? -1 : text.indexOf("-----", end + 9);
    from = close < 0 ? text.length : close + 5;
    KEY_BLOCK.lastIndex = from;
  }
  return out + text.slice(from);
}

const SEGMENT = /(?<![A-Z0-9])(?:[A-Z][A-Z0-9]{2}\||MSH[^\s\w.[\](){}<>‹›/\-:;,'"?!])/;

/**
 * From the first segment to the end of the line that holds the last separator: a field may hold a
 * line break, so lines between two segments belong to the message even when they look like none.
 */
function maskHl7(text: string): string {
  const start = text.search(SEGMENT);
  if (start < 0) return text;
  const last = Math.max(text.lastIndexOf("|"), text.lastIndexOf("^"), start);
  const rest = text.slice(last);
  const line = rest.search(/[\r\n]/);
  return text.slice(0, start) + MARK.hl7 + (line < 0 ? "" : rest.slice(line));
}

/** JSON, and what the JVM prints of maps and data classes: `{family=x}`, `Name[family=x]`, `Person(name=x)`. */
const JSON_START =
  /\{\s{0,200}(?:\\?"|')[^"']{0,80}\\?["']\s{0,20}:|\[\s{0,200}(?:\{|\\?")|\{\s{0,20}[A-Za-z_]\w{0,40}\s?[:=]|(?<=\w)[[(][A-Za-z_]\w{0,40}=(?!=)/g;

function maskJson(text: string): string {
  JSON_START.lastIndex = 0;
  let out = "";
  let from = 0;
  for (let match = JSON_START.exec(text); match; match = JSON_START.exec(text)) {
    out += text.slice(from, match.index) + MARK.json;
    from = bracketEnd(text, match.index);
    JSON_START.lastIndex = from;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** Just past the bracket that closes the one at `start`, or the end of the text. */
function bracketEnd(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === "\\") {
      // In JSON that was itself put into a string, \" opens and closes the strings.
      if (text[at + 1] !== '"' || inString) at += 1;
    } else if (char === '"') inString = !inString;
    else if (inString) continue;
    else if (char === "{" || char === "[" || char === "(") depth += 1;
    else if (char === "}" || char === "]" || char === ")") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

const TAG = /<[A-Za-z?!/]/;
/** Names of the JVM that are written with angle brackets. */
const JVM_NAME = /^<(?:init|clinit|lambda|unknown|none|no|null|any)>/;

function maskXml(text: string): string {
  const document = /<\/[A-Za-z]|\/>|<\?xml|<!|<html/i.test(text);
  if (document) {
    const start = text.search(TAG);
    if (start < 0) return text;
    const end = text.lastIndexOf(">");
    return text.slice(0, start) + MARK.xml + (end < start ? "" : text.slice(end + 1));
  }
  let out = "";
  let from = 0;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", from)) {
    const close = text.indexOf(">", at);
    if (close < 0) break;
    // `List<String>` and `a < b` quote nothing.
    const kept = /\w/.test(text[at - 1] ?? " ") || /[\s=]/.test(text[at + 1] ?? " ");
    out += text.slice(from, at);
    if (kept || JVM_NAME.test(text.slice(at, at + 12))) {
      out += "<";
      from = at + 1;
    } else {
      out += MARK.value;
      from = close + 1;
    }
  }
  return from === 0 ? text : out + text.slice(from);
}
