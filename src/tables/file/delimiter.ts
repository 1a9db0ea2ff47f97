/** The delimiters that are recognised by themselves; any other single character can be given. */
export const DELIMITERS = [",", "\t", ";", "|"] as const;

/**
 * The delimiter of a CSV text: the candidate that cuts the first records into the same number of
 * cells, more than one; of several the one that cuts into most. Without any the table has one
 * column, and a comma is as good as another.
 *
 * @param head the start of the text; its last, perhaps cut, record is not judged
 */
export function detectDelimiter(head: string): string {
  let best = { delimiter: ",", score: 0 };
  for (const delimiter of DELIMITERS) {
    const counts = cellsPerRecord(head, delimiter);
    const header = counts[0] ?? 1;
    if (header < 2) continue;
    const agreeing = counts.filter((count) => count === header).length / counts.length;
    const score = agreeing * 1000 + Math.min(header, 500) / 1000;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

const RECORDS_JUDGED = 50;

function cellsPerRecord(head: string, delimiter: string): number[] {
  const counts: number[] = [];
  let cells = 1;
  let inQuotes = false;
  let characters = 0;
  for (const character of head) {
    if (character === '"') inQuotes = !inQuotes;
    else if (inQuotes) continue;
    else if (character === delimiter) cells++;
    else if (character === "\n" || character === "\r") {
      if (characters > 0) counts.push(cells);
      if (counts.length >= RECORDS_JUDGED) return counts;
      cells = 1;
      characters = 0;
      continue;
    }
    characters++;
  }
  return counts.length === 0 ? [cells] : counts;
}
