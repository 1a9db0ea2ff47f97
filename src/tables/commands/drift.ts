import type { Context } from "../../cli/context.ts";
import { CheckError, ReportError } from "../../errors.ts";
import { ContentDigest } from "../content-digest.ts";
import { csvFilesOf } from "../file/folder.ts";
import { isFolder, type ListedContent, readListing } from "../file/listing.ts";
import { openTableFile } from "../file/open-file.ts";
import { print, printJson, say, type TablesOptions, withTables } from "./environment.ts";
import { digestOf } from "./list.ts";

export interface DriftOptions extends TablesOptions {
  /** A listing, a folder of CSV files, or a database. */
  against: { file: string } | { database: TablesOptions["connection"]; label: string };
}

interface Drift {
  table: string;
  state: "same" | "differs" | "only here" | "only there";
  here: { version: number | null; rows: number } | null;
  there: { version: number | null; rows: number } | null;
}

/**
 * `tables drift`: which lookup tables differ between two environments, by the content of their active versions, not by numbers.
 *
 * @throws CheckError where any differs
 */
export async function driftCommand(options: DriftOptions, context: Context): Promise<number> {
  const here = await activeContents(options, context);
  const there = await otherContents(options, context);
  const names = [...new Set([...here, ...there].map(({ table }) => table))].sort();
  const drifts = names.map((table): Drift => {
    const ours = here.find((entry) => entry.table === table);
    const theirs = there.find((entry) => entry.table === table);
    const state =
      ours === undefined
        ? "only there"
        : theirs === undefined
          ? "only here"
          : ours.digest === theirs.digest
            ? "same"
            : "differs";
    return { table, state, here: shortly(ours), there: shortly(theirs) };
  });
  if (options.json) await printJson(drifts, context);
  else await print([driftTable(drifts)], context);
  const differing = drifts.filter(({ state }) => state !== "same");
  if (differing.length === 0) {
    say(options, context, `${drifts.length} lookup tables, all the same`);
    return 0;
  }
  throw new CheckError(
    `${differing.length} of ${drifts.length} lookup tables differ: ${differing.map(({ table }) => table).join(", ")}`,
    { hint: "`lineage-report tables export` there and `tables diff TABLE FILE` here show the rows" },
  );
}

function shortly(entry: ListedContent | undefined): Drift["here"] {
  return entry === undefined ? null : { version: entry.version, rows: entry.rows };
}

/** Tables with an active version only: others do not exist for ReportStream. */
async function activeContents(options: TablesOptions, context: Context): Promise<ListedContent[]> {
  return withTables(options, context, "drift", async (tables) => {
    const contents: ListedContent[] = [];
    for (const version of await tables.versions()) {
      if (!version.active) continue;
      const { digest } = await digestOf(tables, version);
      contents.push({ table: version.table, version: version.version, rows: version.rows, digest });
    }
    return contents;
  });
}

async function otherContents(options: DriftOptions, context: Context): Promise<ListedContent[]> {
  const { against } = options;
  if ("database" in against) {
    try {
      return await activeContents({ ...options, connection: against.database }, context);
    } catch (error) {
      if (!(error instanceof ReportError) || error.exitCode !== 5) throw error;
      throw new ReportError(5, `${against.label}: ${error.message}`, {
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        cause: error,
      });
    }
  }
  if (!(await isFolder(against.file))) {
    const listed = await readListing(against.file);
    return listed.filter(({ version }) => version !== null);
  }
  const contents: ListedContent[] = [];
  for (const { table, path } of await csvFilesOf(against.file)) {
    const source = await openTableFile(path, table, {});
    const digest = new ContentDigest(source.columns);
    for await (const batch of source.rows()) for (const row of batch.rows) digest.add(row);
    contents.push({ table, version: null, rows: digest.rows, digest: digest.digest() });
  }
  return contents;
}

function driftTable(drifts: readonly Drift[]): string {
  const side = (entry: Drift["here"]) =>
    entry === null
      ? "-"
      : `${entry.version === null ? "" : `version ${entry.version}, `}${entry.rows.toLocaleString("en-US")} rows`;
  const rows = [
    ["table", "state", "here", "there"],
    ...drifts.map(({ table, state, here, there }) => [table, state, side(here), side(there)]),
  ];
  const widths = [0, 1, 2].map((index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
