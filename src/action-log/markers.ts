/**
 * The markers that stand where a value stood. They are guillemets around one word, so that a
 * reader sees what was there, a second masking sees that nothing is left to do, and no template
 * of ReportStream contains them.
 */
export const MARK = {
  value: "‹value›",
  date: "‹date›",
  phone: "‹phone›",
  email: "‹email›",
  hl7: "‹HL7›",
  json: "‹JSON›",
  xml: "‹XML›",
  token: "‹token›",
  key: "‹key›",
  id: "‹id›",
  url: "‹url›",
  name: "‹name›",
  address: "‹address›",
  zip: "‹zip›",
  ssn: "‹ssn›",
  ip: "‹ip›",
  host: "‹host›",
  path: "‹path›",
  file: "‹file›",
  number: "‹number›",
  text: "‹text›",
  transport: "‹transport›",
} as const;

const MARKER_TEXTS: readonly string[] = Object.values(MARK);
const LONGEST = Math.max(...MARKER_TEXTS.map((marker) => marker.length));

/** The end of the marker that starts at `at`, or -1 when none starts there. */
export function markerEnd(text: string, at: number): number {
  if (text[at] !== "‹") return -1;
  // Not indexOf on the whole text: a megabyte of ‹ would be searched to its end from each of them.
  const close = text.slice(at, at + LONGEST).indexOf("›");
  if (close < 0) return -1;
  return MARKER_TEXTS.includes(text.slice(at, at + close + 1)) ? at + close + 1 : -1;
}

/** Whether the text, blanks aside, is one marker and nothing else. */
export function isMarker(text: string): boolean {
  return MARKER_TEXTS.includes(text.trim());
}

const CUT = "… (cut)";

/**
 * At most `max` UTF-16 units, a longer text ending in `… (cut)`. Never cuts through a marker or a
 * surrogate pair: half of either would be shown as something that it is not.
 */
export function capText(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = Math.max(0, max - CUT.length);
  const open = text.lastIndexOf("‹", end - 1);
  if (open >= 0 && end - open < LONGEST && markerEnd(text, open) > end) end = open;
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  return text.slice(0, end) + CUT;
}
