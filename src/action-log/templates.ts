import { isMarker, MARK, markerEnd } from "./markers.ts";
import type { Names } from "./names.ts";
import { scrub } from "./scrub.ts";
import { isFieldMapping } from "./vocabulary.ts";

/**
 * ReportStream's own wordings, old and new (ActionLogDetail.kt, ActionEvent.kt, ResponseMsg.kt,
 * FHIRConverter.kt, ReportStreamFilterResult.kt). Where the template is known, so is where the
 * value begins and ends, whatever the value holds.
 */
export type TemplateContext = { readonly field: string; readonly keep: Names };

/** The masked message, or undefined when no template of ReportStream matches. */
export function maskByTemplate(text: string, context: TemplateContext): string | undefined {
  switch (text.charCodeAt(0)) {
    case 65: // A
      return payloadName(text);
    case 66: // B
      return blankValue(text, context);
    case 70: // F
      return filterResult(text) ?? afterLead(text, "Filtered out item ", MARK.id);
    case 73: // I
      return quotedValue(text, context) ?? rejectedItem(text, context) ?? filteredItem(text);
    case 77: // M
      return missingMapping(text);
    case 78: // N
      return noMatch(text, context);
    case 79: // O
      return prunedObservations(text);
    case 84: // T
    case 85: // U
      return quotedValue(text, context);
    default:
      return undefined;
  }
}

/* ---- fields ------------------------------------------------------------------------------------ */

function fieldText(field: string, context: TemplateContext): string {
  return isFieldMapping(field) ? field : scrub(field, context.keep);
}

function blankValue(text: string, context: TemplateContext): string | undefined {
  const lead = "Blank value for element ";
  if (!text.startsWith(lead)) return undefined;
  const guide = ". Please refer to the ReportStream Programmer's Guide for required fields.";
  const tail = text.endsWith(guide) ? guide : text.endsWith(".") ? "." : "";
  return lead + fieldText(text.slice(lead.length, text.length - tail.length), context) + tail;
}

function noMatch(text: string, context: TemplateContext): string | undefined {
  const lead = "No match found for ";
  const join = "; please refer to the CDC LIVD table LOINC Mapping spreadsheet for acceptable values.";
  if (!text.startsWith(lead) || !text.endsWith(join)) return undefined;
  return lead + fieldText(text.slice(lead.length, -join.length), context) + join;
}

/* ---- a quoted value and its field -------------------------------------------------------------- */

type Quoting = { readonly lead: string; readonly joins: readonly string[] };

const QUOTINGS: readonly Quoting[] = [
  { lead: "Invalid date: ", joins: [" for element "] },
  { lead: "The code ", joins: [" for field "] },
  { lead: "Invalid code: ", joins: [" is not a display value in altValues set for ", " for element ", " for field "] },
  { lead: "Invalid phone number ", joins: [" for "] },
  { lead: "Invalid postal code ", joins: [" for "] },
  { lead: "Unsupported HD format for input: ", joins: [" in "] },
  { lead: "Unsupported EI format for input: ", joins: [" in "] },
];

const PHONE_TAIL = " Reformat to a 10-digit phone number (e.g. (555) - 555-5555).";
const TAIL =
  /^(?: is invalid)?\.?(?: ?Reformat to HL7 specification\.)?(?: ?Reformat to [A-Za-z0-9 /:.,\-'[\]]{1,60}?\.?)?$/;

function quotedValue(text: string, context: TemplateContext): string | undefined {
  const quoting = QUOTINGS.find(({ lead }) => text.startsWith(lead));
  if (quoting === undefined) return undefined;
  const from = quoting.lead.length;
  for (const join of quoting.joins) {
    const quoted = text[from] === "'";
    // The last one: a value can quote the template, the template cannot follow its own end.
    const end = text.lastIndexOf(quoted ? `'${join}` : join);
    if (end < from) continue;
    const value = text.slice(from, quoted ? end + 1 : end);
    const rest = text.slice(end + join.length + (quoted ? 1 : 0));
    const shown = value === "''" || isMarker(value) ? value : MARK.value;
    return quoting.lead + shown + join + fieldAndTail(rest, context);
  }
  // No field behind it: the message was cut, and all that is left is the value.
  return text.length === from ? undefined : quoting.lead + MARK.value;
}

function fieldAndTail(rest: string, context: TemplateContext): string {
  const known = context.field !== "" && rest.startsWith(context.field) ? context.field.length : -1;
  const hint = rest.search(/ is invalid\.| ?Reformat to |\.$/);
  const end = known >= 0 ? known : hint < 0 ? rest.length : rest[hint - 1] === "." ? hint - 1 : hint;
  const field = rest.slice(0, end);
  const tail = rest.slice(end);
  const tailKnown = tail === `.${PHONE_TAIL}` || (TAIL.test(tail) && !/\d{6}/.test(tail));
  return fieldText(field, context) + (tailKnown ? tail : scrub(tail, context.keep));
}

/* ---- items, duplicates, mappings --------------------------------------------------------------- */

const REJECTED = /^Item -?\d{1,10} in the report was not (?:parseable|valid|convertible|processed)\. Reason: /;

function rejectedItem(text: string, context: TemplateContext): string | undefined {
  const lead = REJECTED.exec(text)?.[0];
  return lead === undefined ? undefined : lead + scrub(text.slice(lead.length), context.keep);
}

function payloadName(text: string): string | undefined {
  const lead = "All items in this submission are duplicates.";
  const label = " Payload name: ";
  if (!text.startsWith(lead + label)) return text === lead ? text : undefined;
  const name = text.slice(lead.length + label.length);
  if (name === "" || isMarker(name)) return text;
  const extension = /\.[A-Za-z][A-Za-z0-9]{1,5}$/.exec(name)?.[0] ?? "";
  return `${lead}${label}${MARK.file}${extension}`;
}

const MAPPING = "Missing mapping for code(s): ";

/** The codes stay: they are what the steward of the mapping table needs. What is no code does not. */
function missingMapping(text: string): string | undefined {
  if (!text.startsWith(MAPPING)) return undefined;
  const codes = text.slice(MAPPING.length).split(",");
  return (
    MAPPING + codes.map((code) => (isConditionCode(code.trim()) ? code : code.replace(/\S.*/su, MARK.value))).join(",")
  );
}

/**
 * LOINC, SNOMED and local codes. Not what has the form of a person's number: social security
 * numbers, phones, dates, UUIDs; and no words with blanks or components.
 */
export function isConditionCode(code: string): boolean {
  if (!/^[A-Za-z0-9][A-Za-z0-9._\-/]{0,31}$/.test(code)) return false;
  if (/^\d{3}-?\d{2}-\d{4}$|^\d{3}[-.]\d{3}[-.]\d{4}$|\d[-/]\d{1,2}[-/]\d|^\d{3}-\d{4}$/.test(code)) return false;
  if (/[0-9a-f]{8}-[0-9a-f]{4}-/i.test(code)) return false;
  return /\d/.test(code) || /^[A-Z_\-.]{1,12}$/.test(code);
}

const PRUNED = /^Observations were pruned from receivers for reportID [^\n]*/;

function prunedObservations(text: string): string | undefined {
  const lead = PRUNED.exec(text)?.[0];
  if (lead === undefined) return undefined;
  const lines = text.slice(lead.length).split("\n");
  const shown = lines.map((line) => {
    const receiver = /^[\w-]{1,80}\.[\w-]{1,80}: /.exec(line)?.[0];
    if (line.trim() === "") return line;
    return receiver === undefined ? MARK.id : receiver + MARK.id;
  });
  return `Observations were pruned from receivers for reportID ${MARK.id}${shown.join("\n")}`;
}

function afterLead(text: string, lead: string, marker: string): string | undefined {
  return text.startsWith(lead) ? lead + marker : undefined;
}

/* ---- filters ----------------------------------------------------------------------------------- */

const FILTERED =
  /^Item was not routed to [\w.-]{1,200} because it did not pass the [\p{L}\p{N}_ \-.]{1,200}?\. Item failed on: /u;

function filteredItem(text: string): string | undefined {
  const lead = FILTERED.exec(text)?.[0];
  return lead === undefined ? undefined : lead + scrubConfiguration(text.slice(lead.length));
}

const ITEM_JOIN = " filtered out item ";

/** `For {receiver}, filter {name}{args} filtered out item {id}.`, with two more lines since 2023. */
function filterResult(text: string): string | undefined {
  const head = /^For [\w.-]{1,200}, filter /.exec(text)?.[0];
  if (head === undefined) return undefined;
  const types = text.lastIndexOf("\nFilter Type: ");
  const first = types < 0 ? text : text.slice(0, types);
  const out = first.lastIndexOf(ITEM_JOIN);
  if (out < 0) return undefined;
  const id = first.slice(out + ITEM_JOIN.length);
  const end = /\. ?$/.exec(id)?.[0] ?? "";
  const shown = id.slice(0, id.length - end.length) === "" ? "" : MARK.id;
  return head + scrubConfiguration(text.slice(head.length, out)) + ITEM_JOIN + shown + end + filterDetails(text, types);
}

/** An item's name ends its sentence, and the lines of the filter's type follow or nothing. */
const BEHIND_ITEM = /^\. ?(?:\nFilter Type: |$)/;

/**
 * The masked message of a filter's result, given what stands before and behind the item's name: what `maskMessage` makes of it
 * for every name without blanks that stands in the message but once and is the row's tracking id, whatever the field and the
 * names that may stay. Undefined where that is not so.
 */
export function maskedAround(before: string, behind: string): string | undefined {
  // The name stands behind the last join and before the last line of types, so no name without blanks moves either.
  if (!before.endsWith(ITEM_JOIN) || before.includes("\nFilter Type: ")) return undefined;
  if (!BEHIND_ITEM.test(behind) || behind.includes(ITEM_JOIN)) return undefined;
  const masked = filterResult(`${before}${MARK.id}${behind}`);
  // A second masking must find nothing to do, and nothing of what is left may hold the name.
  if (masked === undefined || maskByTemplate(masked, NO_CONTEXT) !== masked) return undefined;
  const left = splitMarkers(masked).filter((_, at) => at % 2 === 0);
  return left.every((part) => before.includes(part) || behind.includes(part)) ? masked : undefined;
}

const NO_CONTEXT: TemplateContext = { field: "", keep: [] };

function filterDetails(text: string, types: number): string {
  if (types < 0) return "";
  const label = "\nFiltered Observation Details: ";
  const at = text.indexOf(label, types);
  if (at < 0) return scrubConfiguration(text.slice(types));
  const details = text.slice(at + label.length).trim();
  const plain = details === "" || details === "null" || details === "None" || isMarker(details);
  return scrubConfiguration(text.slice(types, at)) + label + (plain ? text.slice(at + label.length) : MARK.value);
}

const CONFIGURATION_RISKS =
  /eyJ[\w-]{5,}(?:\.[\w-]*){0,4}|(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])|(?<![\w-])(?:\(\d{3}\) ?|\d{3}-)\d{3}-\d{4}(?![\d-])|(?<![A-Z0-9])(?:MSH|PID|NK1|OBX|OBR|ORC|SPM|PV1)\|[^\n]*/g;
const EMAIL = /[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9][A-Za-z0-9.-]{0,253}/g;

/**
 * A filter and its literals (`%performerState = 'CA'`) are a receiver's settings, written before
 * any person's data came; they stay readable, as ReportStream shows them. Only what cannot be a
 * setting is taken out.
 */
export function scrubConfiguration(text: string): string {
  const out = text.replace(CONFIGURATION_RISKS, (found) => (/[|]/.test(found) ? MARK.hl7 : MARK.value));
  return out.includes("@") ? out.replace(EMAIL, MARK.email) : out;
}

/** Whether the text, markers taken out, still holds anything. Used by the strict mode. */
export function splitMarkers(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf("‹"); at >= 0; at = text.indexOf("‹", Math.max(at + 1, from))) {
    const end = markerEnd(text, at);
    if (end < 0) continue;
    parts.push(text.slice(from, at), text.slice(at, end));
    from = end;
  }
  parts.push(text.slice(from));
  return parts;
}
