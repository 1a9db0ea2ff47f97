import { createHash } from "node:crypto";
import { type HeaderFault, type Parameter, parseHeader, type QueryHeader } from "./header.ts";
import { parseParameterText } from "./parameters.ts";
import { type Segment, scanStatement } from "./placeholders.ts";

/** One query: a file with a header (header.ts) and one statement. */
export interface Query {
  /** The file's name without `.sql`. */
  name: string;
  /** The file, as messages name it. */
  file: string;
  /** SHA-256 of the file's bytes, hexadecimal, for the manifest. */
  sha256: string;
  /** Where it came from: the program's own queries, or a user's folder. */
  origin: "built-in" | "own";
  header: QueryHeader;
  /** The header's parameters by name. */
  parameters: ReadonlyMap<string, Parameter>;
  /** The statement without header and closing semicolon. */
  sql: string;
  /** The file's line on which `sql` begins, from 1. */
  bodyLine: number;
  segments: readonly Segment[];
  /** The file's line on which a column or parameter is declared; keys `column NAME` and `param NAME`. */
  lines: ReadonlyMap<string, number>;
}

const STATEMENTS = ["select", "with", "values", "table"];

/** Reads a query file's text; every fault with its line, all at once. */
export function parseQuery(
  source: { name: string; file: string; origin: Query["origin"] },
  text: string,
): { query: Query; faults: HeaderFault[] } {
  const { header, lines, bodyOffset, bodyLine, faults: headerFaults } = parseHeader(text);
  const faults = [...headerFaults];
  const body = text.slice(bodyOffset);
  const scan = scanStatement(body);
  const lineAt = (offset: number): number => bodyLine + (body.slice(0, offset).match(/\n/g)?.length ?? 0);
  const fault = (offset: number, message: string): void => {
    faults.push({ line: lineAt(offset), message });
  };

  for (const { offset, message } of scan.faults) fault(offset, message);
  if (scan.secondStatementAt !== undefined)
    fault(scan.secondStatementAt, "a file holds one statement, and here starts another");
  if (scan.firstWord === "" && scan.faults.length === 0) fault(0, "there is no statement below the header");
  else if (scan.firstWord !== "" && !STATEMENTS.includes(scan.firstWord)) {
    fault(0, `the statement starts with "${scan.firstWord}"; a query starts with ${STATEMENTS.join(", ")}`);
  }
  const parameters = new Map(header.parameters.map((parameter) => [parameter.name, parameter]));
  const used = new Set<string>();
  for (const segment of scan.segments) {
    if (segment.kind !== "placeholder") continue;
    used.add(segment.name);
    if (!parameters.has(segment.name)) {
      fault(
        segment.offset,
        `:${segment.name} is not declared; add "-- param: ${segment.name} …", or write ": ${segment.name}"`,
      );
    }
  }
  for (const parameter of header.parameters) {
    const line = lines.get(`param ${parameter.name}`) ?? 1;
    if (!used.has(parameter.name)) {
      faults.push({ line, message: `parameter "${parameter.name}" is declared and nowhere used` });
    }
    if (parameter.fallback !== undefined) {
      const parsed = parseParameterText(parameter.fallback, parameter.type);
      if ("fault" in parsed) faults.push({ line, message: `the default of "${parameter.name}" ${parsed.fault}` });
    }
  }
  faults.sort((a, b) => a.line - b.line);
  const query: Query = {
    ...source,
    sha256: createHash("sha256").update(text).digest("hex"),
    header,
    parameters,
    sql: body.slice(0, scan.end),
    bodyLine,
    segments: scan.segments,
    lines,
  };
  return { query, faults };
}
