import { readFileSync } from "node:fs";
import { ConfigError } from "../errors.ts";
import type { ConnectionKeywords } from "./connection-url.ts";

/**
 * The keywords of one `[section]` of a libpq service file (PGSERVICE, PGSERVICEFILE or ~/.pg_service.conf).
 *
 * @throws ConfigError when the file cannot be read or has no such section
 */
export function serviceKeywords(file: string, service: string): ConnectionKeywords {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(
      `the service file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"})`,
      { hint: "set PGSERVICEFILE to the file that holds the service, or unset PGSERVICE" },
    );
  }
  const keywords: Record<string, string> = {};
  let found = false;
  let inside = false;
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const section = /^\[(.+)\]$/.exec(line);
    if (section) {
      inside = section[1] === service;
      found ||= inside;
    } else if (inside) {
      const equals = line.indexOf("=");
      if (equals > 0) keywords[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
    }
  }
  if (!found) {
    throw new ConfigError(`the service file ${file} has no service "${service}"`, {
      hint: `add a section [${service}] to it, or unset PGSERVICE`,
    });
  }
  return keywords;
}
