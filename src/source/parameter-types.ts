import type { Micros } from "../time/instant.ts";

/** Postgres types that a query's parameter may have. */
export const PARAMETER_TYPES = [
  "text",
  "uuid",
  "timestamptz",
  "date",
  "integer",
  "bigint",
  "numeric",
  "boolean",
  "text[]",
  "uuid[]",
  "integer[]",
  "bigint[]",
] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

/** A value as the program hands it in; instants (`timestamptz`) are Micros, null is SQL's null. */
export type ParameterValue = string | number | boolean | readonly (string | number)[] | null;
export type ParameterValues = Readonly<Record<string, ParameterValue | undefined>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INTEGER = /^[+-]?\d{1,19}$/;
const NUMERIC = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * The text that Postgres casts to the type, the same for a bind parameter and for a literal.
 *
 * @returns undefined when the value is not of the type
 */
export function parameterText(value: Exclude<ParameterValue, null>, type: ParameterType): string | undefined {
  if (type.endsWith("[]")) {
    if (!isList(value)) return undefined;
    const elementType = type.slice(0, -2) as ParameterType;
    const elements = value.map((element) => parameterText(element, elementType));
    if (elements.includes(undefined)) return undefined;
    // Only texts can need quotes.
    return `{${(elementType === "text" ? (elements as string[]).map(arrayElement) : elements).join(",")}}`;
  }
  switch (type) {
    case "text":
      // Postgres has no NUL in texts.
      return typeof value === "string" && !value.includes("\0") ? value : undefined;
    case "uuid":
      return typeof value === "string" && UUID.test(value) ? value : undefined;
    case "timestamptz":
      return typeof value === "number" && Number.isSafeInteger(value) ? instantText(value) : undefined;
    case "date":
      return typeof value === "string" && DATE.test(value) && isCalendarDate(value) ? value : undefined;
    case "integer":
      return integerText(value, 2n ** 31n);
    case "bigint":
      return integerText(value, 2n ** 63n);
    case "numeric":
      if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
      return typeof value === "string" && NUMERIC.test(value) ? value : undefined;
    case "boolean":
      return typeof value === "boolean" ? String(value) : undefined;
    default:
      return undefined;
  }
}

/** What a value of the type looks like, for messages. */
export function exampleOf(type: ParameterType): string {
  switch (type) {
    case "text":
      return "any text";
    case "uuid":
      return "a UUID such as 8f7a2c1e-0d3b-4e57-9a64-1b2c3d4e5f60";
    case "timestamptz":
      return "an instant with its zone such as 2026-11-20T05:00:00Z";
    case "date":
      return "a date such as 2026-11-20";
    case "integer":
    case "bigint":
      return "a whole number";
    case "numeric":
      return "a number";
    case "boolean":
      return "true or false";
    default:
      return `a list, ${exampleOf(type.slice(0, -2) as ParameterType)} each`;
  }
}

function isList(value: ParameterValue): value is readonly (string | number)[] {
  return Array.isArray(value);
}

function integerText(value: ParameterValue, limit: bigint): string | undefined {
  if (typeof value === "number" ? !Number.isSafeInteger(value) : !(typeof value === "string" && INTEGER.test(value))) {
    return undefined;
  }
  // What a double holds exactly is far below a bigint's limit.
  if (typeof value === "number" && Math.abs(value) < Number(limit)) return String(value);
  const whole = BigInt(typeof value === "string" ? value.replace(/^\+/, "") : (value as number));
  return whole >= -limit && whole < limit ? String(whole) : undefined;
}

function instantText(instant: Micros): string | undefined {
  const whole = new Date(Math.floor(instant / 1000));
  if (Number.isNaN(whole.getTime()) || whole.getUTCFullYear() < 1 || whole.getUTCFullYear() > 9999) return undefined;
  const micros = instant - Math.floor(instant / 1000) * 1000;
  return whole.toISOString().replace("Z", `${String(micros).padStart(3, "0")}Z`);
}

export function isCalendarDate(text: string): boolean {
  const millis = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(text);
}

const BARE = /^[0-9a-f-]+$/i;

function arrayElement(text: string): string {
  return BARE.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}
