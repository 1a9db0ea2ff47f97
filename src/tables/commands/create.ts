import type { Context } from "../../cli/context.ts";
import { PartialError, ReportError, UsageError } from "../../errors.ts";
import { nearestWord } from "../../nearest-word.ts";
import { FileRefusedError } from "../errors.ts";
import type { FileOptions } from "../file/open-file.ts";
import { countOf, type TableSource } from "../row.ts";
import { createVersion, refreshViews } from "../store/create-version.ts";
import { linesOf } from "../store/row-line.ts";
import type { StoredTables, StoredVersion } from "../store/stored-tables.ts";
import { VersionLoader } from "../store/version-loader.ts";
import { type ActivationGuards, activatePlanned, judgeActivation, planActivation } from "./activate.ts";
import { audited, type ChangeOptions, databaseName, personOf } from "./audited.ts";
import { type CheckedFile, checkDocument, checkFile, checkText, type Twin, twinText } from "./check.ts";
import { confirm } from "./confirm.ts";
import { activeOf, print, printJson, say, withTables, writeOptions } from "./environment.ts";

export interface CreateOptions extends ChangeOptions, ActivationGuards {
  table: string;
  path: string;
  file: FileOptions;
  supplement: string | undefined;
  allow: readonly string[];
  /** Makes a version although it is identical to the active or newest one. */
  force: boolean;
  activate: boolean;
  /** Makes a table whose name is close to one that exists. */
  newTable: boolean;
}

/** What became of a file. */
export interface CreateResult {
  table: string;
  outcome: "created" | "identical" | "planned";
  /** The version created or identical; the number it would get in a dry run. */
  version: number;
  rows: number;
  activated: boolean;
}

/** `tables create`: a file as a new version, inactive unless asked. */
export async function createCommand(options: CreateOptions, context: Context): Promise<number> {
  // With --activate somebody is asked first, and no transaction waits for people.
  const planned = await planCreation(options, context, "create", !options.dryRun && !options.activate);
  try {
    if (!options.json) await print([checkText(options.table, planned.checked.report, planned.checked.twins)], context);
    refuse(planned.checked, options);
    if (options.activate && planned.twin?.version.active !== true) await judgeBefore(planned, options, context);
    const result = await applyCreation(planned, options, context, () =>
      confirm(activationQuestion(planned, options), options.yes, context),
    );
    if (options.json) {
      const check = checkDocument(options.table, planned.checked.report, planned.checked.twins);
      await printJson({ ...result, dryRun: options.dryRun, check }, context);
    }
    return 0;
  } finally {
    await planned.loader?.abandon();
  }
}

export interface PlannedCreation {
  checked: CheckedFile;
  versions: readonly StoredVersion[];
  /** The active or newest version that is identical, if nothing forces another. */
  twin: Twin | undefined;
  /** Has the file's rows already; to be finished or abandoned. */
  loader: VersionLoader | undefined;
}

/**
 * Reads and checks the file against what is stored, all in one snapshot.
 *
 * @param loads whether the rows are loaded on the way, so that the file is read once
 */
export async function planCreation(
  options: CreateOptions,
  context: Context,
  command: string,
  loads = false,
): Promise<PlannedCreation> {
  let loader: VersionLoader | undefined;
  const work = withTables(options, context, command, async (tables) => {
    const versions = await tables.versions(options.table);
    if (versions.length === 0) await checkNewName(tables, options);
    const checked = await checkFile(tables, versions, options, context.signal, (source) => {
      if (loads) loader = loaderOf(source, versions, options, context);
      return loader;
    });
    // ReportStream compares with these two only; an older twin may be made again (azure/DatabaseLookupTableAccess.kt, isTableUpToDate).
    const compared = checked.twins.filter(({ version }) => version.active || version === versions.at(-1));
    const twin = compared.find(({ version }) => version.active) ?? compared[0];
    return { checked, versions, twin: options.force ? undefined : twin, loader };
  });
  try {
    return await work;
  } catch (error) {
    await loader?.abandon();
    throw error;
  }
}

function loaderOf(
  { columns, label }: TableSource,
  versions: readonly StoredVersion[],
  options: CreateOptions,
  context: Context,
): VersionLoader {
  return new VersionLoader(writeOptions(options, context, "create"), columns, {
    table: options.table,
    label,
    createdBy: personOf(options, context),
    newest: versions.at(-1)?.version,
  });
}

/** ReportStream does not tell names apart by case, the database does: two such tables would hide each other. */
async function checkNewName(tables: StoredTables, { table, newTable }: CreateOptions): Promise<void> {
  const names = await tables.names();
  const sameWord = names.find((name) => name.toLowerCase() === table.toLowerCase());
  if (sameWord !== undefined) {
    throw new UsageError(`there is a lookup table "${sameWord}"; "${table}" would differ in case only`, {
      hint: "ReportStream would see one of them at random; write the name as it is",
    });
  }
  const near = nearestWord(table, names);
  if (near !== undefined && !newTable) {
    throw new UsageError(`there is no lookup table "${table}", and one named "${near}"`, {
      hint: `write "${near}", or say --new-table if a new one is meant: a table cannot be deleted again`,
    });
  }
}

/** @throws FileRefusedError where the check found errors that were not allowed */
export function refuse({ report }: CheckedFile, { table }: { table: string }): void {
  if (report.verdict !== "refused") return;
  const errors = report.findings.filter(({ level }) => level === "error");
  throw new FileRefusedError(
    errors[0]?.rule ?? "check",
    `${report.label} was not taken for ${table}: ${errors.map(({ rule, message }) => `${rule}: ${message}`).join("; ")}`,
    { hint: "nothing was created; correct the file, or take a finding on purpose with --allow RULE" },
  );
}

/** Before anything is created, so that what would stop the activation stops the whole. */
async function judgeBefore(planned: PlannedCreation, options: CreateOptions, context: Context): Promise<void> {
  const { checked, versions } = planned;
  const target = { table: options.table, version: nextVersion(versions), rows: checked.report.rows };
  await withTables(options, context, "create", (tables) =>
    judgeActivation(tables, activeOf(versions), target, checked.source, { ...options, shown: !options.json }, context),
  );
}

function activationQuestion({ versions, twin }: PlannedCreation, options: CreateOptions): string {
  const active = activeOf(versions);
  const what =
    twin === undefined
      ? `Create version ${nextVersion(versions)} of ${options.table} and make it active`
      : `Make ${options.table} version ${twin.version.version} active`;
  return `${what} in ${databaseName(options)}, in place of ${active === undefined ? "none" : `version ${active.version}`}?`;
}

function nextVersion(versions: readonly StoredVersion[]): number {
  return (versions.at(-1)?.version ?? 0) + 1;
}

/**
 * Creates what was planned, and activates it where that was asked: two transactions, each whole, so that whatever happens
 * between leaves a new inactive version, which the next run recognises and activates.
 */
export async function applyCreation(
  planned: PlannedCreation,
  options: CreateOptions,
  context: Context,
  ask: () => Promise<void>,
): Promise<CreateResult> {
  const { versions, twin, checked } = planned;
  const { table } = options;
  const { rows } = checked.report;
  const active = activeOf(versions);
  const activates = options.activate && twin?.version.active !== true;
  if (twin !== undefined) say(options, context, `${table}: identical to ${twinText(twin)}; nothing was created`);
  if (options.dryRun) {
    const version = twin?.version.version ?? nextVersion(versions);
    const what =
      twin === undefined ? `would create version ${version} (${countOf(rows, "row")})` : "would create nothing";
    const then = activates ? ` and activate version ${version}` : "";
    say(options, context, `dry run: ${table}: ${what}${then}`);
    return { table, outcome: twin === undefined ? "planned" : "identical", version, rows, activated: false };
  }
  if (activates) await ask();
  const version = twin?.version.version ?? (await createPlanned(planned, options, context));
  if (activates) await activateCreated(version, active, options, context);
  else if (twin === undefined) {
    say(
      options,
      context,
      `${table} version ${version} is not active; \`lineage-report tables activate ${table} ${version}\``,
    );
  }
  return { table, outcome: twin === undefined ? "created" : "identical", version, rows, activated: activates };
}

async function createPlanned(
  { checked, versions, loader }: PlannedCreation,
  options: CreateOptions,
  context: Context,
): Promise<number> {
  const { report, source } = checked;
  const { checksum } = report;
  const { table } = options;
  const created = await audited(
    options,
    context,
    { change: "create", table, version: nextVersion(versions), checksum, file: report.label },
    () =>
      loader?.finish(checksum) ??
      createVersion(writeOptions(options, context, "create"), {
        table,
        label: source.label,
        createdBy: personOf(options, context),
        newest: versions.at(-1)?.version,
        lines: linesOf(source, checksum),
        checksum: () => checksum,
      }),
    ({ version, rows }) => ({ version, rows }),
  );
  await refreshAfter(created.version, options, context);
  return created.version;
}

/** The version stands whatever becomes of the view, which only ReportStream's own reports read. */
async function refreshAfter(version: number, options: CreateOptions, context: Context): Promise<void> {
  try {
    await refreshViews(writeOptions(options, context, "create"), options.table);
  } catch (error) {
    if (!(error instanceof ReportError) || error.exitCode === 130) throw error;
    throw new PartialError(
      `${options.table} version ${version} was created, but vw_livd_table could not be refreshed: ${error.message}`,
      {
        hint: `its owner runs: select refresh_materialized_views('${options.table}')`,
        cause: error,
      },
    );
  }
}

/** Judged again in a fresh snapshot, and only from the version that was active when the file was compared. */
async function activateCreated(
  version: number,
  active: StoredVersion | undefined,
  options: CreateOptions,
  context: Context,
): Promise<void> {
  try {
    const plan = await withTables(options, context, "activate", async (tables) => {
      const versions = await tables.versions(options.table);
      const target = versions.find((found) => found.version === version);
      if (target === undefined) throw new UsageError(`${options.table} has no version ${version} any more`);
      const guards = { ...options, expectActive: options.expectActive ?? active?.version, json: true };
      return planActivation(tables, versions, target, guards, context);
    });
    await activatePlanned("activate", plan, options, context);
  } catch (error) {
    if (!(error instanceof ReportError) || error.exitCode === 130 || error.exitCode === 5) throw error;
    throw new PartialError(`${options.table} version ${version} is there, but was not activated: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}
