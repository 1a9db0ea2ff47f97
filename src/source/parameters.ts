import { UsageError } from "../errors.ts";
import { nearestWord } from "../nearest-word.ts";
import { type Micros, parseInstant } from "../time/instant.ts";
import {
  exampleOf,
  isCalendarDate,
  type ParameterType,
  type ParameterValue,
  parameterText,
} from "./parameter-types.ts";
import type { Query } from "./query-file.ts";

export interface ParameterOptions {
  /** The instant that a local date means for the parameter of that name. Without it a date alone is refused for an instant. */
  instantOfDate?: ((date: string, parameter: string) => Micros) | undefined;
}

type Parsed = { value: ParameterValue } | { fault: string };

/**
 * Reads texts from the command line against a query's declared parameters. A list is written with commas.
 *
 * @param given the texts by the parameters' names
 * @returns the values by name; parameters that are not given are left out
 * @throws UsageError that lists everything wrong at once: unknown names with the nearest known, missing ones, values of the wrong type
 */
export function parseParameters(
  query: Query,
  given: ReadonlyMap<string, string>,
  options: ParameterOptions = {},
): Record<string, ParameterValue> {
  const faults: string[] = [];
  const values: Record<string, ParameterValue> = {};
  for (const [name, text] of given) {
    const parameter = query.parameters.get(name);
    if (!parameter) {
      const near = nearestWord(name, query.parameters.keys());
      faults.push(`there is no parameter "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`);
      continue;
    }
    const { instantOfDate } = options;
    const parsed = parseParameterText(text, parameter.type, instantOfDate && ((date) => instantOfDate(date, name)));
    if ("fault" in parsed) faults.push(`parameter "${name}" ${parsed.fault}`);
    else values[name] = parsed.value;
  }
  for (const { name, type, presence, description } of query.parameters.values()) {
    if (presence === "required" && !given.has(name)) {
      faults.push(`parameter "${name}" is missing (${description}: ${exampleOf(type)})`);
    }
  }
  if (faults.length > 0) {
    const known = [...query.parameters.values()].map(({ name, type, presence }) => `${name} (${type}, ${presence})`);
    throw new UsageError(`query "${query.name}": ${faults.join("; ")}`, {
      hint:
        known.length === 0
          ? "it takes no parameters"
          : `its parameters are ${known.join(", ")}; give --param NAME=VALUE`,
    });
  }
  return values;
}

/** One value from its text. */
export function parseParameterText(
  text: string,
  type: ParameterType,
  instantOfDate?: (date: string) => Micros,
): Parsed {
  if (type.endsWith("[]")) {
    const element = type.slice(0, -2) as ParameterType;
    const parsed = (text === "" ? [] : text.split(",")).map((part) =>
      parseParameterText(part.trim(), element, instantOfDate),
    );
    const fault = parsed.find((part) => "fault" in part);
    if (fault) return fault;
    return { value: parsed.map((part) => (part as { value: string | number }).value) };
  }
  const value = scalarFrom(text, type, instantOfDate);
  if (value === undefined || parameterText(value, type) === undefined) {
    const zone = type === "timestamptz" && /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/.test(text);
    return { fault: `is "${text}", and must be ${exampleOf(type)}${zone ? " (the zone is missing)" : ""}` };
  }
  return { value };
}

function scalarFrom(
  text: string,
  type: ParameterType,
  instantOfDate: ((date: string) => Micros) | undefined,
): Exclude<ParameterValue, null> | undefined {
  switch (type) {
    case "timestamptz":
      if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return isCalendarDate(text) ? instantOfDate?.(text) : undefined;
      return parseInstant(text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    default:
      return text;
  }
}
