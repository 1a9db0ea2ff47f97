import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { ConfigError } from "../errors.ts";
import { type ConfigFile, parseConfig } from "./parse.ts";
import type { Config } from "./schema.ts";

const DEFAULT_FILE = "lineage-report.yaml";

export interface ConfigRequest {
  /** `--config`. */
  file?: string | undefined;
  /** Settings given as flags, by dotted key. */
  flags?: Readonly<Record<string, string | undefined>>;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

/**
 * Reads the configuration: the file that `--config` or LINEAGE_REPORT_CONFIG names, else
 * lineage-report.yaml in the working directory if there is one, whose name is handed back. Throws ConfigError that lists every fault.
 */
export async function loadConfig(
  request: ConfigRequest,
): Promise<{ config: Config; warnings: readonly string[]; file: string | undefined }> {
  const { flags = {}, env, cwd } = request;
  const file = await findFile(request);
  const { config, warnings, errors } = parseConfig({ flags, env, cwd, file });
  if (config === undefined) {
    throw new ConfigError(
      errors.length === 1 && errors[0] !== undefined
        ? errors[0]
        : `the configuration has ${errors.length} faults:\n${errors.map((error) => `  ${error}`).join("\n")}`,
      { hint: "docs/configuration.md lists every setting" },
    );
  }
  return { config, warnings, file: file?.name };
}

async function findFile({ file, env, cwd }: ConfigRequest): Promise<ConfigFile | undefined> {
  const named = file ?? (env.LINEAGE_REPORT_CONFIG === "" ? undefined : env.LINEAGE_REPORT_CONFIG);
  const name = named ?? DEFAULT_FILE;
  const path = resolve(cwd, name);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
    if (named === undefined && code === "ENOENT") return undefined;
    throw new ConfigError(`the configuration ${name} cannot be read (${code})`, {
      hint: `${file === undefined && named !== undefined ? "LINEAGE_REPORT_CONFIG" : "--config"} names the file to read`,
      cause: error,
    });
  }
  return parseFile(text, name, dirname(path));
}

/** Reads YAML (or JSON, which is YAML too). Throws ConfigError with the place of each syntax fault. */
export async function parseFile(text: string, name: string, folder: string): Promise<ConfigFile> {
  const { LineCounter, isMap, isScalar, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ message, pos: [offset] }) => {
      const { line, col } = lineCounter.linePos(offset);
      return `${name}:${line}:${col}: ${message}`;
    });
    throw new ConfigError(faults.join("\n"), { hint: "correct the YAML; a setting is a line `name: value`" });
  }
  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    const parent = path.length > 1 ? document.getIn(path.slice(0, -1)) : document.contents;
    if (!isMap(parent)) return undefined;
    const key = parent.items.map((pair) => pair.key).find((node) => isScalar(node) && node.value === path.at(-1));
    return isScalar(key) && key.range ? lineCounter.linePos(key.range[0]).line : undefined;
  };
  return { name, folder, values: document.toJS(), lineOf };
}
