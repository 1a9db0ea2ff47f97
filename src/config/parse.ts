import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { nearestWord } from "../nearest-word.ts";
import { type Config, PATH_SETTINGS, type Setting, sectionKeys, settings, settingsSchema } from "./schema.ts";

/** A configuration file as read: its values, and the line on which a setting stands. */
export interface ConfigFile {
  /** As messages name it. */
  name: string;
  /** Its folder, which its own relative folders start from. */
  folder: string;
  values: unknown;
  /** The line of the setting or section, counted from 1. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

export interface ConfigSources {
  /** Settings that flags gave, by dotted key; undefined for flags that were not given. */
  flags?: Readonly<Record<string, string | undefined>>;
  env: Readonly<Record<string, string | undefined>>;
  file?: ConfigFile | undefined;
  /** Where relative folders of flags and variables start. */
  cwd: string;
}

export interface ParsedConfig {
  /** Undefined if there is any error. */
  config: Config | undefined;
  warnings: readonly string[];
  errors: readonly string[];
}

/** Lists and maps too, where a setting is one. */
type Values = Map<string, unknown>;

/**
 * The settings: flag, then environment, then file, then default. Finds every fault of every source at
 * once, and throws and prints nothing. Values of the environment are text and read as the setting's type.
 */
export function parseConfig(sources: ConfigSources): ParsedConfig {
  const errors: string[] = [];
  const warnings: string[] = [];
  const values: Values = new Map();
  for (const { key, meta } of settings()) if (meta.default !== undefined) values.set(key, meta.default);
  values.set("out", resolve(sources.cwd, String(values.get("out"))));
  if (sources.file !== undefined) readFile(sources.file, values, errors);
  readEnvironment(sources, values, errors, warnings);
  readFlags(sources, values, errors);
  return { config: errors.length > 0 ? undefined : assemble(values), warnings, errors };
}

function readFile(file: ConfigFile, values: Values, errors: string[]): void {
  const at = (path: readonly PropertyKey[]) => {
    const line = file.lineOf(path);
    return line === undefined ? file.name : `${file.name}:${line}`;
  };
  // An empty file, or one of comments only, sets nothing.
  if (file.values === null || file.values === undefined) return;
  const known = new Map(settings().map((setting) => [setting.key, setting]));
  const section = (value: unknown, path: readonly string[]): void => {
    if (!isRecord(value)) {
      const what = path.length === 0 ? "the file" : path.join(".");
      errors.push(`${at(path)}: ${what} holds ${show(value)}; expected settings below it, one a line`);
      return;
    }
    for (const [name, child] of Object.entries(value)) {
      const here = [...path, name];
      const setting = known.get(here.join("."));
      if (setting !== undefined) {
        take(setting, child, file.folder, values, (fault) => errors.push(`${at(here)}: ${fault}`));
      } else if (sectionKeys(here).length > 0) {
        section(child, here);
      } else {
        errors.push(`${at(here)}: ${unknownKey(here)}`);
      }
    }
  };
  section(file.values, []);
}

function unknownKey(path: readonly string[]): string {
  const key = path.join(".");
  if (/password|secret/i.test(key)) {
    return `${key} is refused: a password does not belong into this file; use PGPASSWORD, PGPASSFILE or DATABASE_URL`;
  }
  const siblings = sectionKeys(path.slice(0, -1));
  const nearest = nearestWord(path.at(-1) ?? "", siblings);
  return `there is no setting ${key}; ${nearest ? `did you mean ${nearest}?` : `known are ${siblings.join(", ")}`}`;
}

function readEnvironment({ env, cwd }: ConfigSources, values: Values, errors: string[], warnings: string[]): void {
  const known = new Map(settings().map((setting) => [setting.variable, setting]));
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith("LINEAGE_REPORT_") || variable === "LINEAGE_REPORT_CONFIG") continue;
    if (value === undefined || value === "") continue;
    const setting = known.get(variable);
    if (setting === undefined) {
      // Not an error: the environment is shared, and may be set for a newer version.
      const nearest = nearestWord(variable, known.keys());
      warnings.push(`${variable} sets nothing${nearest ? `; did you mean ${nearest}?` : ""}`);
      continue;
    }
    take(setting, fromText(setting, value), cwd, values, (fault) => errors.push(`${variable}: ${fault}`));
  }
}

function readFlags({ flags = {}, cwd }: ConfigSources, values: Values, errors: string[]): void {
  for (const setting of settings()) {
    const value = flags[setting.key];
    if (value === undefined) continue;
    const name = `--${setting.key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    take(setting, fromText(setting, value), cwd, values, (fault) => errors.push(`${name}: ${fault}`));
  }
}

/** Text as the setting's type: a number, true or false, a list by commas, JSON; what is none of it stays text, for the schema to refuse. */
function fromText(setting: Setting, text: string): unknown {
  if (setting.schema instanceof z.ZodBoolean) return text === "true" ? true : text === "false" ? false : text;
  if (setting.schema instanceof z.ZodArray || setting.schema instanceof z.ZodRecord) return fromJsonOrList(text);
  return setting.schema instanceof z.ZodNumber && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function fromJsonOrList(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text.split(",").map((part) => part.trim());
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function take(setting: Setting, value: unknown, folder: string, values: Values, fail: (fault: string) => void): void {
  const parsed = setting.schema.safeParse(value);
  if (!parsed.success) {
    const inside = parsed.error.issues.filter(({ path }) => path.length > 0);
    for (const { path, message } of inside) fail(`${setting.key}${placeOf(path)}: ${message}`);
    if (inside.length > 0) return;
    fail(`${setting.key} is ${show(value)}; expected ${setting.meta.expects}`);
    return;
  }
  const result = parsed.data;
  values.set(setting.key, PATH_SETTINGS.includes(setting.key) ? absolute(folder, String(result)) : result);
}

/** `[0].cron`: where in a list or map of settings. */
function placeOf(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === "number" ? `[${part + 1}]` : `.${String(part)}`)).join("");
}

/** The absolute path; `system` is libpq's word for the system's own certificates, not a file. */
function absolute(folder: string, path: string): string {
  return isAbsolute(path) || path === "system" ? path : resolve(folder, path);
}

/** The value as a message shows it; of a whole section only that it is one. */
function show(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "a section";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function assemble(values: Values): Config {
  const tree: Record<string, unknown> = {};
  for (const { key, path } of settings()) {
    const parent = path.slice(0, -1).reduce<Record<string, unknown>>((node, name) => {
      node[name] ??= {};
      return node[name] as Record<string, unknown>;
    }, tree);
    parent[path.at(-1) ?? ""] = values.get(key);
  }
  return tree as unknown as Config;
}

/** The file's JSON schema, for editors: every setting optional, with its meaning and default. */
export function configJsonSchema(): object {
  const optional = (schema: z.ZodObject): z.ZodObject =>
    z.strictObject(
      Object.fromEntries(
        Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, child]) => [
          name,
          child instanceof z.ZodObject ? optional(child).optional() : child.optional(),
        ]),
      ),
    );
  return z.toJSONSchema(optional(settingsSchema), { io: "input" });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
