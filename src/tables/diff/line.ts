/**
 * A row as one line of text, for sorting and for spilling to disk: every cell is followed by a tab, the
 * key's cells come first, and tab, line feed and backslash inside a cell are escaped. So lines with
 * the same key share their beginning up to the key's last tab, and sort next to each other under
 * any order of texts.
 */
export function rowLine(row: readonly string[], order: readonly number[]): string {
  const cells = new Array<string>(order.length + 1);
  for (let at = 0; at < order.length; at++) {
    const cell = row[order[at] ?? -1] ?? "";
    cells[at] = SPECIAL.test(cell) ? cell.replace(SPECIALS, escapeSpecial) : cell;
  }
  cells[order.length] = "";
  // Joined and not added up: the result is one flat string, which does not keep its cells alive.
  return cells.join("\t");
}

/** The cells of a sorted line (its UTF-8 bytes as Latin-1, see LineSorter), in the order in which they were written. */
export function lineCells(bytes: string): string[] {
  const line = Buffer.from(bytes, "latin1").toString("utf8");
  const cells = line.slice(0, -1).split("\t");
  return line.includes("\\") ? cells.map((cell) => cell.replace(/\\([\\nt])/g, unescapeSpecial)) : cells;
}

/** The beginning of a line that holds its first `cells` cells. */
export function linePrefix(line: string, cells: number): string {
  let at = 0;
  for (let cell = 0; cell < cells; cell++) at = line.indexOf("\t", at) + 1;
  return line.slice(0, at);
}

const SPECIAL = /[\\\n\t]/;
const SPECIALS = /[\\\n\t]/g;

function escapeSpecial(character: string): string {
  if (character === "\n") return "\\n";
  return character === "\t" ? "\\t" : "\\\\";
}

function unescapeSpecial(_: string, character: string): string {
  if (character === "n") return "\n";
  return character === "t" ? "\t" : "\\";
}
