/**
 * Spreadsheets run a cell that starts with `=`, `+`, `-` or `@`; some skip blanks first, some fold
 * look-alike characters into these four, and a tab or a line break at the start may be dropped on
 * import and uncover the next character (OWASP, "CSV injection"). A leading apostrophe makes all of
 * them treat the cell as text.
 *
 * Only the start of a cell is looked at. A sign after a line break inside a quoted cell is no cell
 * of its own for any reader that understands quotes, and guarding there would spoil messages and
 * could not be taken back.
 *
 * To take the guard back: a cell that starts with an apostrophe, and would be guarded again, loses
 * that one apostrophe (unguarded in the tests). This is exact for every text, since a text that
 * already starts with apostrophes before a sign gets one more.
 */

/** What readers skip before they look at a cell: controls, blanks of all widths, invisible marks, and our own apostrophe. */
const SKIPPED =
  "'\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f" +
  "\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\ufffb";

/** `= + - @` and every character that Unicode's compatibility forms fold into one of them, and the minus sign. */
const SIGNS =
  "=+\\-@\\u207a-\\u207c\\u208a-\\u208c\\u2212\\ufb29\\ufe62\\ufe63\\ufe66\\ufe6b\\uff0b\\uff0d\\uff1d\\uff20";

const DANGEROUS = new RegExp(`^(?:'*[\\t\\r\\n]|[${SKIPPED}]*[${SIGNS}])`);

/** The text as a spreadsheet may hold it: with a leading apostrophe where it could be taken for a formula. */
export function guardFormula(text: string): string {
  return !startsPlain(text) && DANGEROUS.test(text) ? `'${text}` : text;
}

/** Whether a text starts with a letter or digit of ASCII, as most cells do: no formula starts so. */
export function startsPlain(text: string): boolean {
  const first = text.charCodeAt(0);
  return (first >= 0x61 && first <= 0x7a) || (first >= 0x30 && first <= 0x39) || (first >= 0x41 && first <= 0x5a);
}
