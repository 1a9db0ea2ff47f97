import { isMarker, MARK } from "./markers.ts";
import { isErrorWord } from "./vocabulary.ts";

/**
 * `patient_dob: 1/2/1980`, `ssn=…`, `password = …`: what follows the name of something private is
 * private, whatever its form.
 */
const PRIVATE =
  /(?<![\p{L}\p{N}])(patient(?:[_ -][a-z]{1,20}){0,4}|(?:first|last|middle|given|family|maiden|full|sur)[_ -]?name|(?<![a-z][ _-])name|family|given|value|actual|got|age|sex|gender|race|ethnicity|dob|date[_ -]of[_ -]birth|birth[_ -]?dates?|birthday|ssn|social security(?: number)?|mrn|medical record(?: number)?|(?:home |mailing |street )?address|street|zip(?:[_ -]?code)?|postal code|phone(?:[_ -]number)?|telephone(?:[_ -]number)?|fax|e-?mail|mother|guardian|next of kin|password|passwd|pwd|passphrase|pass|secret|client_secret|clientsecret|(?:access[_-]|refresh[_-]|id[_-]|sas)?token|api[_-]?key|shared[_-]?key|account[_-]?key|private[_ -]?key|subscription-key|[a-z-]{0,20}functions-key|x-api-key|authorization|cookie|credentials?(?:name)?|uuidiv|signature|sig|client_assertion|username|user|login)(\s?\([\w.,\- ]{1,40}\))?(\s{0,3}(?:[:=](?!:)|->)\s{0,3})(?=\S)/giu;
const SECRETS = /pass|pwd|secret|token|key|authorization|cookie|credential|uuidiv|sig|assertion/i;
const LOGIN = /^(?:user|username|login)$/i;

export function maskAssignments(text: string): string {
  if (!/[:=]|->/.test(text)) return text;
  // The one object, not a copy: a fresh RegExp runs in V8's interpreter until it is warm again.
  const scan = PRIVATE;
  scan.lastIndex = 0;
  let out = "";
  let from = 0;
  for (let match = scan.exec(text); match; match = scan.exec(text)) {
    const label = match[1] ?? "";
    const start = scan.lastIndex;
    const end = valueEnd(text, start);
    scan.lastIndex = Math.max(end, start);
    const value = text.slice(start, end);
    if (value.trim() === "" || isMarker(value) || isSpeech(value)) continue;
    out += text.slice(from, start) + markerFor(label);
    from = end;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** A value ends with its line, at a semicolon, pipe or bracket, before the next `key=`, or with its sentence. */
function valueEnd(text: string, start: number): number {
  VALUE_END.lastIndex = start;
  return VALUE_END.exec(text)?.index ?? text.length;
}

const VALUE_END = /[\n\r;|)\]}]|,(?=\s?["']?[A-Za-z][\w.-]{0,40}["']?\s?[:=])|(?<=[\p{L}\p{N}›]{3})\.(?=\s|$)/gu;

/** `patient_dob: missing required value` tells of a fault and no value. */
function isSpeech(value: string): boolean {
  if (value.length > 200) return false;
  const words = value.split(/[\s,./]+/).filter((word) => word !== "");
  return words.every((word) => /^[a-z]+$/.test(word) && isErrorWord(word));
}

function markerFor(label: string): string {
  if (SECRETS.test(label)) return MARK.token;
  return LOGIN.test(label) ? MARK.name : MARK.value;
}
