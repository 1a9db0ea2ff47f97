import type { Context } from "../../cli/context.ts";
import { PartialError, ReportError } from "../../errors.ts";
import { csvFilesOf } from "../file/folder.ts";
import { confirm } from "./confirm.ts";
import { applyCreation, type CreateOptions, type CreateResult, planCreation, refuse } from "./create.ts";
import { print, printJson } from "./environment.ts";

export interface LoadOptions extends Omit<CreateOptions, "table" | "path" | "file"> {
  folder: string;
  encoding: CreateOptions["file"]["encoding"];
}

interface LoadedFile {
  table: string;
  outcome: CreateResult["outcome"] | "failed";
  version: number | null;
  rows: number | null;
  activated: boolean;
  message: string;
}

/**
 * `tables load`: every CSV file of a folder as the table of its name, as ReportStream's own loader does (cli/LookupTableCommands.kt,
 * loadall), except that nothing becomes active unless asked. A file that fails does not stop the others.
 *
 * @throws PartialError where some failed
 */
export async function loadCommand(options: LoadOptions, context: Context): Promise<number> {
  const files = await csvFilesOf(options.folder);
  if (options.activate && !options.dryRun) {
    await confirm(
      `Create and activate what is new in ${files.length} files of ${options.folder}?`,
      options.yes,
      context,
    );
  }
  const results: LoadedFile[] = [];
  for (const { table, path } of files) {
    results.push(
      await loadFile({ ...options, table, path, file: { encoding: options.encoding }, newTable: true }, context),
    );
  }
  if (options.json) await printJson({ folder: options.folder, dryRun: options.dryRun, files: results }, context);
  else await print([resultTable(results)], context);
  const failed = results.filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return 0;
  throw new PartialError(
    `${failed.length} of ${files.length} files were not loaded: ${failed.map(({ table }) => table).join(", ")}`,
    {
      hint: "the others are done; correct these and run it again, what is loaded already is skipped",
    },
  );
}

async function loadFile(options: CreateOptions, context: Context): Promise<LoadedFile> {
  try {
    const planned = await planCreation(options, context, "load");
    refuse(planned.checked, options);
    const result = await applyCreation(planned, { ...options, quiet: true }, context, async () => undefined);
    const warnings = planned.checked.report.findings.filter(({ level }) => level === "warning");
    return { ...result, message: warnings.map(({ rule, message }) => `${rule}: ${message}`).join("; ") };
  } catch (error) {
    // Without a database, or when the user stops it, the other files would fail as well.
    if (!(error instanceof ReportError) || error.exitCode === 5 || error.exitCode === 130) throw error;
    return {
      table: options.table,
      outcome: "failed",
      version: null,
      rows: null,
      activated: false,
      message: error.message,
    };
  }
}

function resultTable(results: readonly LoadedFile[]): string {
  const rows = [
    ["table", "outcome", "version", "rows", "active", "message"],
    ...results.map(({ table, outcome, version, rows, activated, message }) => [
      table,
      outcome,
      version === null ? "" : String(version),
      rows === null ? "" : rows.toLocaleString("en-US"),
      activated ? "made active" : "",
      message,
    ]),
  ];
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, index) => (index === 5 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}
