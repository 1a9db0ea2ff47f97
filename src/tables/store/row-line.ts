import { TableChecksum } from "../checksum.ts";
import { FileRefusedError } from "../errors.ts";
import { countOf, jsonCells, type TableSource } from "../row.ts";

/**
 * Prints rows as the last column of COPY's text format, the row as an object of strings: tabs and line breaks are
 * escaped by JSON, backslashes are doubled here.
 */
export function rowPrinter(columns: readonly string[]): (json: readonly string[]) => string {
  const members = columns.map((name, index) => `${index === 0 ? "{" : ","}${JSON.stringify(name)}:`);
  return (json) => {
    let text = "";
    for (let index = 0; index < members.length; index++) text += members[index] + json[index];
    const escaped = text.includes("\\") ? text.replaceAll("\\", "\\\\") : text;
    return `${escaped}}\n`;
  };
}

/**
 * The lines of a table that is read for them alone.
 *
 * @param checksum of an earlier pass over the same source
 * @throws FileRefusedError where the rows give another one now, or do not fit the columns any more
 */
export async function* linesOf(source: TableSource, checksum: string): AsyncGenerator<string[]> {
  const sum = new TableChecksum(source.columns);
  const print = rowPrinter(source.columns);
  for await (const batch of source.rows()) {
    yield batch.rows.map((row, index) => {
      if (row.length !== source.columns.length) {
        const place = `${source.placeWord} ${batch.places[index]}`;
        throw new FileRefusedError("ragged", `${place} has ${countOf(row.length, "cell")}; nothing was created`);
      }
      const json = jsonCells(row);
      sum.add(row, json);
      return print(json);
    });
  }
  if (sum.digest() !== checksum) {
    throw new FileRefusedError("changed", `${source.label} changed while it was being loaded; nothing was created`, {
      hint: "run it again when nobody writes to it",
    });
  }
}
