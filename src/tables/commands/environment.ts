import { once } from "node:events";
import type { Context } from "../../cli/context.ts";
import type { ConnectionSources } from "../../cli/settings.ts";
import { UsageError } from "../../errors.ts";
import { nearestWord } from "../../nearest-word.ts";
import { connectionSettings } from "../../source/connection-settings.ts";
import { openSnapshot } from "../../source/snapshot.ts";
import { LARGEST_DROP_PERCENT, type TablesSettings } from "../settings.ts";
import { StoredTables, type StoredVersion } from "../store/stored-tables.ts";
import type { WriteOptions } from "../store/write-session.ts";

/** What every `tables` command is handed beside its own words. */
export interface TablesOptions {
  settings: TablesSettings;
  /** For reading; commands that write read through `writeConnection` as well, so that plan and change see one database. */
  connection: ConnectionSources;
  statementTimeoutMs: number;
  json: boolean;
  quiet: boolean;
}

/** Opens a read-only snapshot, hands it over, and closes it in any case. */
export async function withTables<T>(
  options: TablesOptions,
  context: Context,
  name: string,
  work: (tables: StoredTables) => Promise<T>,
): Promise<T> {
  const settings = connectionSettings(options.connection);
  for (const warning of settings.warnings) say(options, context, `warning: ${warning}`);
  const snapshot = await openSnapshot(settings, {
    applicationName: `lineage-report tables ${name}`,
    statementTimeoutMs: options.statementTimeoutMs,
    signal: context.signal,
  });
  try {
    return await work(new StoredTables(snapshot));
  } finally {
    await snapshot.close();
  }
}

/** How to open the connection that writes. */
export function writeOptions(options: TablesOptions, context: Context, name: string): WriteOptions {
  return {
    settings: connectionSettings(options.connection),
    applicationName: `lineage-report tables ${name}`,
    statementTimeoutMs: options.statementTimeoutMs,
    signal: context.signal,
  };
}

export function say({ quiet }: { quiet: boolean }, context: Context, line: string): void {
  if (!quiet) context.stderr.write(`lineage-report: ${line}\n`);
}

/** Writes no faster than the reader takes it, so that memory stays flat in front of a slow one. */
export async function print(
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string>,
  { stdout, signal }: Context,
): Promise<void> {
  for await (const piece of pieces) {
    if (piece.length > 0 && !stdout.write(piece)) await once(stdout, "drain", { signal });
  }
}

/** A result for machines: one document, one line. */
export function printJson(value: unknown, context: Context): Promise<void> {
  return print([`${JSON.stringify(value)}\n`], context);
}

export function largestDrop({ settings }: TablesOptions): number {
  return settings.largestDropPercent ?? LARGEST_DROP_PERCENT;
}

/** @throws UsageError with the nearest name where there is no such table */
export async function versionsOf(tables: StoredTables, table: string): Promise<StoredVersion[]> {
  const versions = await tables.versions(table);
  if (versions.length > 0) return versions;
  const names = await tables.names();
  const near = names.find((name) => name.toLowerCase() === table.toLowerCase()) ?? nearestWord(table, names);
  throw new UsageError(`there is no lookup table "${table}"`, {
    hint: near === undefined ? "`lineage-report tables list` names them" : `did you mean "${near}"?`,
  });
}

/** A version is asked for by its number, or as `active` or `newest`. */
export const VERSION_WORD = /^(?:\d+|active|newest)$/;

/**
 * The version that a word means.
 *
 * @throws UsageError where there is none
 */
export function findVersion(versions: readonly StoredVersion[], word: string): StoredVersion {
  const found =
    word === "active"
      ? activeOf(versions)
      : word === "newest"
        ? versions.at(-1)
        : versions.find(({ version }) => String(version) === word);
  if (found !== undefined) return found;
  const table = versions[0]?.table ?? "the table";
  if (word === "active") {
    throw new UsageError(`${table} has no active version`, { hint: "name a version by its number" });
  }
  throw new UsageError(`${table} has no version ${word}`, {
    hint: `it has ${versions.map(({ version, active }) => `${version}${active ? " (active)" : ""}`).join(", ")}`,
  });
}

export function activeOf(versions: readonly StoredVersion[]): StoredVersion | undefined {
  return versions.find(({ active }) => active);
}
