/** How the text of a workbook's cell is read; see openWorkbook. */
export function readText(text: string): string {
  return withoutAsterisk(spacesTrimmed(text));
}

/** Non-breaking spaces become spaces, and none are left around the text. */
export function spacesTrimmed(text: string): string {
  return text.replaceAll("\u00a0", " ").trim();
}

export function withoutAsterisk(text: string): string {
  return text.endsWith("*") ? text.slice(0, -1).trimEnd() : text;
}
