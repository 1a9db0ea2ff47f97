import pg from "pg";
import { ConfigError } from "../errors.ts";
import type { StatementContext } from "./database-errors.ts";
import type { Parameter } from "./header.ts";
import { exampleOf, type ParameterValue, type ParameterValues, parameterText } from "./parameter-types.ts";
import { parseParameterText } from "./parameters.ts";
import type { Segment } from "./placeholders.ts";
import type { Query } from "./query-file.ts";

/** A statement ready to be sent, with what its errors need to name the file's line. */
export interface Statement {
  text: string;
  values: (string | null)[];
  context: StatementContext;
}

/**
 * The query with its parameters as `($1::type)`, for prepared execution. Parameters that are not given are null, or their default.
 *
 * @throws ConfigError that lists every value that is missing, unknown or of the wrong type
 */
export function boundStatement(query: Query, given: ParameterValues): Statement {
  const texts = parameterTexts(query, given);
  const names = [
    ...new Set(query.segments.flatMap((segment) => (segment.kind === "placeholder" ? [segment.name] : []))),
  ];
  const statement = render(query, "", (parameter) => `($${names.indexOf(parameter.name) + 1}::${parameter.type})`);
  return { ...statement, values: names.map((name) => texts.get(name) ?? null) };
}

/**
 * The query with its parameters as literals, escaped by pg and cast to their types, for COPY, which takes no bind parameters.
 *
 * @param before what stands before the query in the statement, `COPY (` for instance
 * @param after what stands behind it, on a line of its own, since the query may end in a comment
 * @throws ConfigError as `boundStatement` does
 */
export function literalStatement(query: Query, given: ParameterValues, before: string, after: string): Statement {
  const texts = parameterTexts(query, given);
  const statement = render(query, before, ({ name, type }) => {
    const text = texts.get(name);
    return text === undefined || text === null ? `(null::${type})` : `(${literal(text)}::${type})`;
  });
  return { ...statement, text: `${statement.text}\n${after}`, values: [] };
}

/** Every declared parameter as a null of its type, for looking at a query's shape. */
export function shapeStatement(query: Query, before: string, after: string): Statement {
  const statement = render(query, before, ({ type }) => `(null::${type})`);
  return { ...statement, text: `${statement.text}\n${after}`, values: [] };
}

/** pg looks at each character, which for ten thousand keys takes longer than their look-up. */
function literal(text: string): string {
  return /['\\]/.test(text) ? pg.escapeLiteral(text).trim() : `'${text}'`;
}

function render(
  query: Query,
  before: string,
  place: (parameter: Parameter) => string,
): { text: string; context: StatementContext } {
  let text = before;
  const starts: { at: number; segment: Segment }[] = [];
  for (const segment of query.segments) {
    starts.push({ at: text.length, segment });
    if (segment.kind === "text") text += segment.text;
    else text += place(query.parameters.get(segment.name) as Parameter);
  }
  const lineOf = (position: number): number | undefined => {
    // Postgres counts characters, JavaScript counts UTF-16 units.
    const index = [...text].slice(0, position - 1).join("").length;
    const start = starts.findLast(({ at }) => at <= index);
    if (!start) return undefined;
    const within = start.segment.kind === "text" ? index - start.at : 0;
    const offset = Math.min(start.segment.offset + within, query.sql.length);
    return query.bodyLine + (query.sql.slice(0, offset).match(/\n/g)?.length ?? 0);
  };
  return { text, context: { what: `query "${query.name}"`, file: query.file, lineOf } };
}

function parameterTexts(query: Query, given: ParameterValues): Map<string, string | null> {
  const faults: string[] = [];
  const texts = new Map<string, string | null>();
  for (const name of Object.keys(given)) {
    if (!query.parameters.has(name)) faults.push(`it has no parameter "${name}"`);
  }
  for (const parameter of query.parameters.values()) {
    const value: ParameterValue | undefined = given[parameter.name] ?? fallbackOf(parameter);
    if (value === null || value === undefined) {
      if (parameter.presence === "required") faults.push(`its parameter "${parameter.name}" is required`);
      texts.set(parameter.name, null);
      continue;
    }
    const text = parameterText(value, parameter.type);
    if (text === undefined) faults.push(`its parameter "${parameter.name}" must be ${exampleOf(parameter.type)}`);
    else texts.set(parameter.name, text);
  }
  if (faults.length > 0) {
    throw new ConfigError(`query "${query.name}" cannot run: ${faults.join("; ")}`, {
      hint: `see the parameters at the top of ${query.file}`,
    });
  }
  return texts;
}

function fallbackOf(parameter: Parameter): ParameterValue | undefined {
  if (parameter.fallback === undefined) return undefined;
  const parsed = parseParameterText(parameter.fallback, parameter.type);
  return "value" in parsed ? parsed.value : undefined;
}
