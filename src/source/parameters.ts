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
  /** The instant at which a local day begins, for `--param from=2026-11-20`. Without it a date alone is refused for an instant. */
  startOfDay?: ((date: string) => Micros) | undefined;
}

type Parsed = { value: ParameterValue } | { fault: string };

/**
 * Reads `name=value` words against a query's declared parameters. A list takes several words of the same name, or one with commas.
 *
 * @returns the values by name; parameters with a default or optional ones that are not given are left out
 * @throws UsageError that lists everything wrong at once: unknown names with the nearest known, missing ones, values of the wrong type
 */
export function parseParameters(
  query: Query,
  words: readonly string[],
  options: ParameterOptions = {},
): Record<string, ParameterValue> {
  const faults: string[] = [];
  const values: Record<string, ParameterValue> = {};
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals < 1) {
      faults.push(`"${word}" is not name=value`);
      continue;
    }
    const name = word.slice(0, equals);
    const parameter = query.parameters.get(name);
    if (!parameter) {
      const near = nearestWord(name, query.parameters.keys());
      faults.push(`there is no parameter "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`);
      continue;
    }
    const parsed = parseParameterText(word.slice(equals + 1), parameter.type, options);
    const before = values[name];
    if ("fault" in parsed) faults.push(`parameter "${name}" ${parsed.fault}`);
    else if (before === undefined) values[name] = parsed.value;
    else if (Array.isArray(before) && Array.isArray(parsed.value)) values[name] = [...before, ...parsed.value];
    else faults.push(`parameter "${name}" is given twice`);
  }
  for (const { name, type, presence, description } of query.parameters.values()) {
    const mentioned = words.some((word) => word.startsWith(`${name}=`));
    if (presence === "required" && !mentioned) {
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
export function parseParameterText(text: string, type: ParameterType, options: ParameterOptions = {}): Parsed {
  if (type.endsWith("[]")) {
    const element = type.slice(0, -2) as ParameterType;
    const parsed = (text === "" ? [] : text.split(",")).map((part) =>
      parseParameterText(part.trim(), element, options),
    );
    const fault = parsed.find((part) => "fault" in part);
    if (fault) return fault;
    return { value: parsed.map((part) => (part as { value: string | number }).value) };
  }
  const value = scalarFrom(text, type, options);
  if (value === undefined || parameterText(value, type) === undefined) {
    const zone = type === "timestamptz" && /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/.test(text);
    return { fault: `is "${text}", and must be ${exampleOf(type)}${zone ? " (the zone is missing)" : ""}` };
  }
  return { value };
}

function scalarFrom(
  text: string,
  type: ParameterType,
  { startOfDay }: ParameterOptions,
): Exclude<ParameterValue, null> | undefined {
  switch (type) {
    case "timestamptz":
      if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return isCalendarDate(text) ? startOfDay?.(text) : undefined;
      return parseInstant(text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    default:
      return text;
  }
}
