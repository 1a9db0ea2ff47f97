import type { Context } from "../cli/context.ts";
import { UsageError } from "../errors.ts";
import { printableText } from "../query/table.ts";
import { helpers } from "../report/helpers.ts";
import { query } from "../source/row-stream.ts";
import type { Row } from "../source/value-types.ts";
import { alignedTable } from "../terminal/aligned.ts";
import { formatInstant } from "../time/instant.ts";
import { formatDay } from "../time/zone.ts";
import {
  type CommandOptions,
  formatFor,
  printCsv,
  printLines,
  resultColumns,
  warn,
  withSnapshot,
} from "./environment.ts";
import { type ListedKey, listKeys, readKeyRow } from "./keys.ts";

export interface KeysOptions extends CommandOptions {
  organization: string | undefined;
  /** More in one scope are reported. */
  keysPerScope: number;
}

/** `lineage-report organizations keys`: public keys by scope, and what is wrong with them. Returns the exit code. */
export async function keysCommand(options: KeysOptions, context: Context): Promise<number> {
  const { organization, keysPerScope } = options;
  const all = await withSnapshot(options, context, "organizations keys", async (snapshot, catalogue) => {
    const { rows } = await query(snapshot, catalogue.find("organizations-keys"), {});
    const versions = rows.map(readKeyRow);
    if (organization !== undefined && !versions.some((version) => version.organization === organization)) {
      throw new UsageError(`there is no organization "${organization}"`, {
        hint: "`lineage-report organizations` lists them",
      });
    }
    return listKeys(versions, keysPerScope);
  });
  const keys = all.filter((key) => organization === undefined || key.organization === organization);
  warn(
    context,
    keys
      .filter(({ alarm }) => alarm !== "")
      .map((key) => `ALARM: ${key.organization}, key ${key.keyId || "without an id"}: ${key.alarm}; have it replaced`),
  );
  const format = formatFor(options, context);
  if (format === "csv") await printCsv(KEY_COLUMNS, keys.map(keyRow), context);
  else
    printLines(
      format === "json" ? [JSON.stringify(keys.map(keyJson))] : printKeys(keys, options.config.timeZone),
      context,
    );
  return 0;
}

const KEY_COLUMNS = resultColumns(
  "organization:text",
  "scope:text",
  "key_id:text",
  "type:text",
  "use:text",
  "algorithm:text",
  "size:text",
  "thumbprint:text",
  "since:instant",
  "since_version:number",
  "alarm:text",
  "notes:text",
);

function keyRow(key: ListedKey): Row {
  const { organization, scope, keyId, type, use, algorithm, size, thumbprint, since, sinceVersion, alarm, notes } = key;
  const texts = [organization, scope, keyId, type, use, algorithm, size, thumbprint];
  return [...texts, since, sinceVersion, alarm, notes.join("; ")];
}

function keyJson(key: ListedKey): object {
  return { ...key, since: formatInstant(key.since) };
}

function printKeys(keys: readonly ListedKey[], timeZone: string): string[] {
  const { plural } = helpers;
  const alarms = keys.filter(({ alarm }) => alarm !== "").length;
  const noted = keys.filter(({ notes }) => notes.length > 0).length;
  const lines = [`${plural(keys.length, "key", "keys")}: ${alarms} with private members, ${noted} with notes`];
  const titles = ["Organization", "Scope", "Key id", "Type", "Use", "Size", "Thumbprint (SHA-256)", "Since", "Version"];
  const [head = "", ...rows] = alignedTable(
    titles.map((title) => ({ title, right: title === "Version" })),
    keys.map((key) => [
      ...[key.organization, key.scope, key.keyId, key.type, key.use, key.size, key.thumbprint],
      formatDay(key.since, timeZone),
      String(key.sinceVersion),
    ]),
  );
  if (keys.length > 0) lines.push("", head);
  keys.forEach(({ alarm, notes }, index) => {
    lines.push(rows[index] ?? "");
    if (alarm !== "") lines.push(`  ALARM: ${printableText(alarm)}`);
    for (const note of notes) lines.push(`  ${printableText(note)}`);
  });
  return lines;
}
