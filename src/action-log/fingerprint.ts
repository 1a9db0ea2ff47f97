import { capText } from "./markers.ts";

const LONGEST = 500;
const MAPPING = "Missing mapping for code(s): ";
const ITEM = /^(Item )-?\d{1,10}( in the report was not )/;
/** A marker again and again, as a list quotes several values. */
const LIST = /(‹[A-Za-z0-9]{2,9}›)(?:(?:, ?|; ?| and | or | )\1)+/g;
/**
 * Numbers that stand alone or in brackets differ from row to row. Not those that are part of a
 * name (`PID-5`, `OBX.3`, `80382-5`, `2.5.1`), of a sentence's constant (`10-digit`) or a status.
 */
const NUMBER = /(?<![\p{L}\p{N}_.\-/:^%])-?\d+(?:[,.]\d+)?(?![\p{L}\p{N}_\-/]|[.:]\d)/gu;
const CONSTANT_BEFORE = /(?:HTTP|status|code|maximum of|minimum of|limit of|version|length of|FHIR|HL7)[:= ]{1,2}$/i;

/**
 * The text by which messages are one group: the masked message with the numbers that differ
 * folded to `‹n›`, lists of markers folded to one, mapping codes in order, at most 500 units.
 */
export function fingerprint(masked: string): string {
  if (masked.startsWith(MAPPING)) return mappingFingerprint(masked);
  // What is beyond the cap cannot matter, and folding a megabyte would only cost time.
  let folded = masked.length > 4 * LONGEST ? capText(masked, 4 * LONGEST) : masked;
  folded = folded.replace(ITEM, "$1‹n›$2");
  if (folded.includes("‹")) folded = folded.replace(LIST, "$1");
  folded = folded.replace(NUMBER, (number, at: number) =>
    CONSTANT_BEFORE.test(folded.slice(Math.max(0, at - 20), at)) ? number : "‹n›",
  );
  return capText(folded, LONGEST);
}

function mappingFingerprint(masked: string): string {
  const codes = masked.slice(MAPPING.length, MAPPING.length + 4 * LONGEST).split(",");
  const sorted = [...new Set(codes.map((code) => code.trim()))].sort();
  return capText(MAPPING + sorted.join(","), LONGEST);
}
