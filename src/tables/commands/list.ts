import type { Context } from "../../cli/context.ts";
import { formatResult } from "../../query/format.ts";
import type { ResultColumn } from "../../source/header.ts";
import type { Row } from "../../source/value-types.ts";
import { formatInstant } from "../../time/instant.ts";
import { ContentDigest } from "../content-digest.ts";
import type { StoredTables, StoredVersion } from "../store/stored-tables.ts";
import { activeOf, print, printJson, say, type TablesOptions, versionsOf, withTables } from "./environment.ts";

/** One table of `tables list`; with `--json` exactly this, instants as ISO texts. */
interface ListedTable {
  table: string;
  activeVersion: number | null;
  newestVersion: number;
  /** Of the active version, or of the newest where none is active. */
  rows: number;
  createdBy: string;
  createdAt: string;
  note: string;
  /** With --digest: the content of the version shown, for `tables drift --against`. */
  digest?: string;
  columns?: readonly string[];
}

export async function listTables(
  options: TablesOptions & { all: boolean; digest: boolean },
  context: Context,
): Promise<number> {
  await withTables(options, context, "list", async (tables) => {
    const versions = await tables.versions();
    if (options.all) return printVersions(versions, options, context);
    const listed: ListedTable[] = [];
    for (const group of byTable(versions)) listed.push(await listTable(tables, group, options.digest));
    for (const { table, note } of listed) if (note !== "") say(options, context, `warning: ${table}: ${note}`);
    if (options.json) return printJson(listed, context);
    const row = (entry: ListedTable): Row => [
      entry.table,
      entry.activeVersion,
      entry.newestVersion,
      entry.rows,
      entry.createdBy,
      entry.createdAt,
      entry.note,
      ...(options.digest ? [entry.digest ?? ""] : []),
    ];
    const names = ["table", "active", "newest", "rows", "created_by", "created_at", "note"];
    return printTable(options.digest ? [...names, "digest"] : names, listed.map(row), context);
  });
  return 0;
}

export async function tableHistory(options: TablesOptions & { table: string }, context: Context): Promise<number> {
  await withTables(options, context, "history", async (tables) => {
    const versions = await versionsOf(tables, options.table);
    const before = await tables.switchedOffWithActive(options.table);
    return printVersions([...versions].reverse(), options, context, before.length === 1 ? before[0] : undefined);
  });
  return 0;
}

function byTable(versions: readonly StoredVersion[]): StoredVersion[][] {
  const groups = new Map<string, StoredVersion[]>();
  for (const version of versions) groups.set(version.table, [...(groups.get(version.table) ?? []), version]);
  return [...groups.values()];
}

async function listTable(
  tables: StoredTables,
  versions: readonly StoredVersion[],
  digest: boolean,
): Promise<ListedTable> {
  const newest = versions.at(-1) as StoredVersion;
  const active = activeOf(versions);
  const shown = active ?? newest;
  return {
    table: newest.table,
    activeVersion: active?.version ?? null,
    newestVersion: newest.version,
    rows: shown.rows,
    createdBy: shown.createdBy,
    createdAt: formatInstant(shown.createdAt),
    note:
      active === undefined
        ? "no version is active: ReportStream does not see this table"
        : active.version === newest.version
          ? ""
          : `the newest version ${newest.version} is not active`,
    ...(digest ? await digestOf(tables, shown) : {}),
  };
}

/** The content of a version, whatever the order of its rows and columns. */
export async function digestOf(tables: StoredTables, version: StoredVersion) {
  const source = await tables.source(version);
  const digest = new ContentDigest(source.columns);
  for await (const batch of source.rows()) for (const row of batch.rows) digest.add(row);
  return { digest: digest.digest(), columns: source.columns };
}

function printVersions(
  versions: readonly StoredVersion[],
  options: TablesOptions,
  context: Context,
  before?: number,
): Promise<void> {
  const listed = versions.map((version) => ({
    table: version.table,
    version: version.version,
    active: version.active,
    rows: version.rows,
    createdBy: version.createdBy,
    createdAt: formatInstant(version.createdAt),
    checksum: version.checksum ?? null,
    note: noteOn(version, versions, before),
  }));
  if (options.json) return printJson(listed, context);
  const names = ["table", "version", "active", "rows", "created_by", "created_at", "checksum", "note"];
  const rows = listed.map(
    (entry): Row => [
      entry.table,
      entry.version,
      entry.active ? "yes" : "",
      entry.rows,
      entry.createdBy,
      entry.createdAt,
      entry.checksum?.slice(0, 12) ?? "unknown",
      entry.note,
    ],
  );
  return printTable(names, rows, context);
}

function noteOn(version: StoredVersion, versions: readonly StoredVersion[], before: number | undefined): string {
  const twin = versions.find(
    (other) => other.table === version.table && other.version < version.version && other.checksum === version.checksum,
  );
  const notes = [];
  if (version.version === before) notes.push("was active before");
  if (twin !== undefined && version.checksum !== undefined) notes.push(`identical to version ${twin.version}`);
  return notes.join("; ");
}

/** Rows as an aligned table on a terminal and as CSV elsewhere. */
async function printTable(names: readonly string[], rows: Row[], context: Context): Promise<void> {
  const numbers = ["active", "newest", "rows", "version"];
  const columns = names.map(
    (name): ResultColumn => ({ name, type: numbers.includes(name) ? "number" : "text", description: name }),
  );
  const terminal = context.stdout.isTTY === true;
  const batches = (async function* () {
    yield rows;
  })();
  const width = terminal ? context.stdout.columns : undefined;
  await print(formatResult(columns, batches, { format: terminal ? "table" : "csv", width }), context);
}
