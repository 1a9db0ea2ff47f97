import type { Context } from "../../cli/context.ts";
import { UsageError } from "../../errors.ts";
import { checkFile, writeFileAtomically } from "../../output/atomic-file.ts";
import { diffTables, type TableDiff } from "../diff/diff.ts";
import { diffHtml } from "../diff/html.ts";
import { diffCsv, diffJson } from "../diff/machine.ts";
import { diffText } from "../diff/text.ts";
import { type FileOptions, openTableFile } from "../file/open-file.ts";
import type { TableSource } from "../row.ts";
import type { StoredTables, StoredVersion } from "../store/stored-tables.ts";
import { findVersion, print, say, type TablesOptions, VERSION_WORD, versionsOf, withTables } from "./environment.ts";

export type DiffFormat = "text" | "json" | "csv" | "html";

export interface DiffCommandOptions extends TablesOptions {
  table: string;
  /** Versions or files; one of them is compared with the active version. */
  sides: readonly string[];
  key: readonly string[];
  file: FileOptions;
  format: DiffFormat;
  rows: number;
  out: string | undefined;
}

/** `tables diff`: what differs between two versions, or a version and a file. */
export async function diffCommand(options: DiffCommandOptions, context: Context): Promise<number> {
  const { table, sides } = options;
  const [before, after] = sides.length === 1 ? ["active", sides[0]] : sides;
  if (before === undefined || after === undefined || sides.length > 2) {
    throw new UsageError("tables diff takes a table and one or two versions or files", {
      hint: `lineage-report tables diff ${table} 40 41, or lineage-report tables diff ${table} new.csv`,
    });
  }
  if (options.out !== undefined) await checkFile(options.out);
  await withTables(options, context, "diff", async (tables) => {
    const versions = await versionsOf(tables, table);
    const left = await openSide(tables, versions, before, options);
    const right = await openSide(tables, versions, after, options);
    const key = keyFor(table, options.key, options);
    const diff = await diffTables(left, right, { key, signal: context.signal });
    try {
      const pieces = formatDiff(diff, options);
      if (options.out === undefined) await print(pieces, context);
      else await writeFileAtomically(options.out, pieces, { now: context.now });
    } finally {
      await diff.close();
    }
    for (const { message } of [...left.remarks, ...right.remarks]) say(options, context, `note: ${message}`);
  });
  return 0;
}

async function openSide(
  tables: StoredTables,
  versions: readonly StoredVersion[],
  word: string,
  options: DiffCommandOptions,
): Promise<TableSource> {
  if (VERSION_WORD.test(word)) return tables.source(findVersion(versions, word));
  return openTableFile(word, options.table, options.file);
}

/** The key given, else the configured one. */
export function keyFor(table: string, given: readonly string[], { settings }: TablesOptions) {
  if (given.length > 0) return { columns: given, origin: "given" as const };
  const configured = settings.keys?.[table];
  return configured === undefined ? undefined : { columns: configured, origin: "configured" as const };
}

function formatDiff(diff: TableDiff, options: DiffCommandOptions): AsyncIterable<string> {
  const { table, rows } = options;
  switch (options.format) {
    case "text":
      return diffText(diff, { table, rows });
    case "json":
      return diffJson(diff, table);
    case "csv":
      return diffCsv(diff);
    case "html":
      return diffHtml(diff, { table, rows });
  }
}
