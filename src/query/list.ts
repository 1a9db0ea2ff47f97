import type { Catalogue } from "../source/catalogue.ts";
import type { ResultColumn } from "../source/header.ts";
import type { Row } from "../source/value-types.ts";

/** The columns of the list of queries. */
export const LIST_COLUMNS: readonly ResultColumn[] = [
  { name: "name", type: "text", description: "what `query` takes" },
  { name: "title", type: "text", description: "what it answers" },
  { name: "row", type: "text", description: "what a row is" },
  { name: "parameters", type: "text", description: "what it takes; optional ones in brackets" },
  { name: "file", type: "text", description: "where it is written" },
];

/** The queries that people run; those that only the program works on are left out. Pure. */
export function listQueries({ queries }: Catalogue): Row[] {
  return queries
    .filter(({ header }) => header.uses.includes("adhoc"))
    .map(({ name, file, header }) => {
      const parameters = header.parameters.map((parameter) =>
        parameter.presence === "required" ? parameter.name : `[${parameter.name}]`,
      );
      return [name, header.title, header.row, parameters.join(" "), file];
    });
}
