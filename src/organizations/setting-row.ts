import type { Row } from "../source/value-types.ts";
import { organizationFilters, receiverFilters } from "./filters.ts";
import type { SettingFacts, SettingType, SettingVersion } from "./settings.ts";
import { readTiming } from "./timing.ts";

/** What words of ReportStream look like: `full-elr`, `HL7_BATCH`. A member that holds anything else is not shown. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;
const TYPES: Readonly<Record<string, SettingType>> = {
  ORGANIZATION: "organization",
  SENDER: "sender",
  RECEIVER: "receiver",
};

/** A row of `organizations-settings` as plain data. Never throws: a member of an unexpected shape counts as not there. */
export function readSettingRow(row: Row): SettingVersion {
  const [id, type, organization, name, version, active, deleted, at, by, ...facts] = row;
  const kind = TYPES[String(type)] ?? "receiver";
  return {
    id: Number(id),
    type: kind,
    organization: text(organization),
    name: kind === "organization" ? "" : text(name),
    version: Number(version),
    active: active === true,
    deleted: deleted === true,
    at: at as number,
    by: text(by),
    facts: readFacts(kind, facts),
  };
}

function readFacts(kind: SettingType, facts: Row): SettingFacts {
  const [description, jurisdiction, state, county, topic, status, format, translation, batching, shape, transport] =
    facts;
  const [timing, filters] = facts.slice(11).map(readJson);
  return {
    description: text(description),
    jurisdiction: word(jurisdiction),
    state: word(state),
    county: text(county),
    topic: word(topic),
    status: word(status),
    format: kind === "receiver" ? formatOf(word(translation), word(format), batching === true) : word(format),
    transport: kind === "receiver" && shape === "object" ? word(transport).toUpperCase() || "UNKNOWN" : "",
    timing: isObject(timing) ? readTiming(timing) : null,
    filters: kind === "organization" ? organizationFilters(filters) : receiverFilters(filters),
  };
}

/** What a receiver gets (ReportStream: TranslatorConfiguration.kt). */
function formatOf(translation: string, format: string, batching: boolean): string {
  if (translation === "HL7") return batching ? "HL7_BATCH" : "HL7";
  if (translation === "FHIR") return "FHIR";
  return format || translation;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function word(value: unknown): string {
  return typeof value === "string" && WORD.test(value) ? value : "";
}

function readJson(value: unknown): unknown {
  if (typeof value !== "string") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
