import { capText, MARK } from "./markers.ts";
import { AskedNames, type Names } from "./names.ts";
import { Recent } from "./recent.ts";
import { scrub } from "./scrub.ts";
import { maskByTemplate, splitMarkers } from "./templates.ts";
import { isErrorWord, isFieldMapping, isVocabulary } from "./vocabulary.ts";

export { type ErrorFamily, errorFamily, maskTransportError } from "./transport.ts";

/**
 * Masking of messages. The policy, in full in docs/masking.md:
 *
 * - Every message that leaves the process is masked, in the operator's files and in the owner's
 *   alike. `--unmasked` exists for operators only, is off by default and stands in the manifest.
 * - What has the form or the place of a value is replaced by a marker of what it was. What names
 *   a thing of the software stays: error codes, fields, LOINC and condition codes, receivers,
 *   filters with their literals (settings, not a person's data), hints such as `yyyyMMdd`.
 * - The database's own ids have columns of their own; inside a message every id is masked.
 */
export type MaskContext = {
  /** `fieldMapping`; for fields of the patient only known wordings survive. */
  readonly field?: string;
  /** The row's tracking id: often an accession number, masked wherever it stands. */
  readonly trackingId?: string | null;
  /** Names that may stay in quotes: the row's own sender and receiver. */
  readonly keep?: Names;
};

const NO_NAMES: Names = [];
const ROUNDS = 4;
const PATIENT_FIELD = /(?:^|[^a-z])patient|\((?:PID|NK1)-|^(?:PID|NK1)-/i;

/**
 * Replaces the values in a message by markers such as `‹value›`. Takes time in proportion to the
 * text, never throws, and masking twice gives what masking once gave.
 */
export function maskMessage(text: string, context: MaskContext = {}): string {
  const field = context.field ?? "";
  const keep = context.keep ?? NO_NAMES;
  const strict = field !== "" && PATIENT_FIELD.test(field);
  let masked = text;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = masked;
    masked = maskByTemplate(before, { field, keep }) ?? maskFreeText(before, field, keep, strict);
    masked = maskTrackingId(masked, context.trackingId ?? "");
    if (masked === before) return masked;
  }
  // Patterns that keep feeding each other are no message that anybody wrote.
  return MARK.text;
}

/** A message as it is masked for a row whose tracking id does not stand in it, with the names that would be asked for. */
export type CommonMask = { readonly masked: string; readonly asked: AskedNames };

/** `Item 17 in the report was not valid. Reason: …`: what is masked is the reason, whatever the item. */
const NUMBERED = /^Item (?:-?\d{1,10})(?= in the report was not (?:parseable|valid|convertible|processed)\. Reason: )/;
const ANY_ITEM = "Item 1";

/** Masks messages as `maskMessage` does, and remembers recent ones: a log says the same of item after item. */
export class MessageMasks {
  readonly #recent = new Recent<string>();
  readonly #common = new Recent<CommonMask>();

  /** The mask for whatever row, unless its own names are among those asked for or its tracking id stands in the message. */
  common(text: string, field: string): CommonMask {
    const item = NUMBERED.exec(text)?.[0];
    if (item === undefined) return commonMask(text, field);
    const rest = text.slice(item.length);
    const { masked, asked } = this.#common.of(`${field}\0${rest}`, () => commonMask(ANY_ITEM + rest, field));
    // Not for what gave nothing but a marker for the whole.
    return masked.startsWith(ANY_ITEM) ? { masked: item + masked.slice(ANY_ITEM.length), asked } : { masked, asked };
  }

  /** @param sender the row's own sender, which may stay in quotes, as may its receiver; empty for none */
  mask(text: string, field: string, trackingId: string | null, sender: string, receiver: string): string {
    const keep = [sender, receiver].filter((name) => name !== "");
    // A text without the row's tracking id is masked the same whatever that id is.
    if (trackingId !== null && trackingId !== "" && text.includes(trackingId)) {
      return maskMessage(text, { field, trackingId, keep });
    }
    return this.#recent.of(`${sender}\0${receiver}\0${field}\0${text}`, () => maskMessage(text, { field, keep }));
  }
}

function commonMask(text: string, field: string): CommonMask {
  const asked = new AskedNames();
  return { masked: maskMessage(text, { field, keep: asked }), asked };
}

/** A `fieldMapping` for print: as it is when it looks like one, masked otherwise. */
export function maskField(field: string): string {
  return field === "" || isFieldMapping(field) ? field : capText(maskMessage(field), 200);
}

function maskFreeText(text: string, field: string, keep: Names, strict: boolean): string {
  const scrubbed = scrub(text, keep);
  return strict ? keepKnownWords(scrubbed, field) : scrubbed;
}

const WORD = /[^\s,;:.()'"/]+(?:[.\-/][^\s,;:.()'"/]+)*/gu;

/**
 * For a patient's field in a wording that is not known: words of error-speak, the field and codes
 * stay, each other word is taken for a value.
 */
function keepKnownWords(text: string, field: string): string {
  const own = new Set(field.split(/[\s()]+/));
  return splitMarkers(text)
    .map((part, at) => {
      if (at % 2 === 1) return part;
      return part.replace(WORD, (word) =>
        isErrorWord(word.toLowerCase()) ||
        own.has(word) ||
        isVocabulary(word) ||
        /^\d{1,2}$|^[^\p{L}\p{N}]+$/u.test(word)
          ? word
          : MARK.value,
      );
    })
    .join("")
    .replace(REPEATED_VALUE, MARK.value);
}

const REPEATED_VALUE = /‹value›(?:[ ]?‹value›)+/g;

function maskTrackingId(text: string, trackingId: string): string {
  // Words of prose are no ids, and to replace them would take the message apart.
  if (trackingId.length < 2 || /^[a-z]{1,12}$|^\d{1,3}$/.test(trackingId) || !text.includes(trackingId)) return text;
  return splitMarkers(text)
    .map((part, at) => (at % 2 === 1 ? part : replaceWhole(part, trackingId)))
    .join("");
}

const WORD_END = /[\p{L}\p{N}]/u;

function replaceWhole(text: string, id: string): string {
  let out = "";
  let from = 0;
  for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, from)) {
    const end = at + id.length;
    const whole = !WORD_END.test(text[at - 1] ?? " ") && !WORD_END.test(text[end] ?? " ");
    out += text.slice(from, at) + (whole ? MARK.id : id);
    from = end;
  }
  return from === 0 ? text : out + text.slice(from);
}
