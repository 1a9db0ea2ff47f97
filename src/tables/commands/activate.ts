import type { Context } from "../../cli/context.ts";
import { shrinksTooMuch } from "../check/check.ts";
import { DIFF_HASH_DIGITS } from "../content-digest.ts";
import { diffTables } from "../diff/diff.ts";
import { diffDocument } from "../diff/machine.ts";
import { diffText } from "../diff/text.ts";
import { GuardError, MovedError } from "../errors.ts";
import { countOf, quoted, type TableSource } from "../row.ts";
import { activateVersion } from "../store/activate-version.ts";
import type { StoredTables, StoredVersion } from "../store/stored-tables.ts";
import { audited, auditLogOf, type ChangeOptions, databaseName } from "./audited.ts";
import { confirm } from "./confirm.ts";
import { keyFor } from "./diff.ts";
import {
  activeOf,
  findVersion,
  largestDrop,
  print,
  printJson,
  say,
  versionsOf,
  withTables,
  writeOptions,
} from "./environment.ts";

/** What can stop an activation, and what lifts it. */
export interface ActivationGuards {
  key: readonly string[];
  /** The version that must be active now; undefined to take what is. */
  expectActive: number | undefined;
  /** The hash of the difference as it was looked at, or its beginning. */
  expectDiff: string | undefined;
  allowShrink: boolean;
  allowColumns: boolean;
  /** Rows of the difference that are printed. */
  rows: number;
}

export interface ActivationPlan {
  table: string;
  target: StoredVersion;
  active: StoredVersion | undefined;
  diff: ReturnType<typeof diffDocument>;
}

export interface ActivateOptions extends ChangeOptions, ActivationGuards {
  table: string;
  version: string;
}

/** `tables activate`: the difference first, then the question, then one transaction. */
export async function activateCommand(options: ActivateOptions, context: Context): Promise<number> {
  const plan = await withTables(options, context, "activate", async (tables) => {
    const versions = await versionsOf(tables, options.table);
    return planActivation(tables, versions, findVersion(versions, options.version), options, context);
  });
  return applyPlan("activate", plan, options, context);
}

export interface RevertOptions extends ChangeOptions, ActivationGuards {
  table: string;
}

/** `tables revert`: back to the version that was active before, where that is known. */
export async function revertCommand(options: RevertOptions, context: Context): Promise<number> {
  const { table } = options;
  const plan = await withTables(options, context, "revert", async (tables) => {
    const versions = await versionsOf(tables, table);
    const { version, evidence } = await versionBefore(tables, versions, options);
    say(options, context, `${table}: going back to version ${version.version}; ${evidence}`);
    return planActivation(tables, versions, version, options, context);
  });
  return applyPlan("revert", plan, options, context);
}

/**
 * The version that was active before the one that is: from the database, which keeps the transaction that switched both (whichever
 * program it was); else from the audit log, where its last activation of the table is still in force.
 *
 * @throws GuardError where neither tells: going back to a guess would be worse than asking
 */
async function versionBefore(tables: StoredTables, versions: readonly StoredVersion[], options: RevertOptions) {
  const active = findVersion(versions, "active");
  const [only, ...others] = await tables.switchedOffWithActive(active.table);
  if (only !== undefined && others.length === 0) {
    const evidence = `the transaction that made version ${active.version} active switched it off`;
    return { version: findVersion(versions, String(only)), evidence };
  }
  const last = await auditLogOf(options).lastActivation(databaseName(options), active.table);
  if (last !== undefined && last.version === active.version && typeof last.before === "number") {
    const evidence = `the audit log says that ${last.by} activated version ${active.version} in its place at ${last.at}`;
    return { version: findVersion(versions, String(last.before)), evidence };
  }
  throw new GuardError(`it is not known which version of ${active.table} was active before version ${active.version}`, {
    hint:
      `neither the database nor the audit log tells (a first activation, or a restored database); ` +
      `choose one with \`lineage-report tables history ${active.table}\` and \`tables activate\``,
  });
}

/**
 * Shows what an activation changes, and judges it by its guards.
 *
 * @throws MovedError where the world is not as expected, GuardError where rows or columns would be lost
 */
export async function planActivation(
  tables: StoredTables,
  versions: readonly StoredVersion[],
  target: StoredVersion,
  options: ActivationGuards & ChangeOptions,
  context: Context,
): Promise<ActivationPlan> {
  const active = activeOf(versions);
  const shown = !options.json && active?.id !== target.id;
  const diff = await judgeActivation(
    tables,
    active,
    target,
    await tables.source(target),
    { ...options, shown },
    context,
  );
  return { table: target.table, target, active, diff };
}

/**
 * The difference between the active version and what is to be active, a stored version or still a file; printed where wanted.
 *
 * @throws MovedError and GuardError as planActivation does
 */
export async function judgeActivation(
  tables: StoredTables,
  active: StoredVersion | undefined,
  target: Pick<StoredVersion, "table" | "version" | "rows">,
  after: TableSource,
  options: ActivationGuards & ChangeOptions & { shown: boolean },
  context: Context,
): Promise<ActivationPlan["diff"]> {
  const { table } = target;
  checkExpectedActive(table, active, options);
  const before = active === undefined ? emptyLike(after) : await tables.source(active);
  const diff = await diffTables(before, after, { key: keyFor(table, options.key, options), signal: context.signal });
  try {
    if (options.shown) await print(diffText(diff, { table, rows: options.rows }), context);
    checkExpectedDiff(table, diff.hash, options.expectDiff);
    if (active !== undefined) checkLosses(active, target, diff.summary.removedColumns, options);
    return diffDocument(diff, table);
  } finally {
    await diff.close();
  }
}

/** Asks, changes, and prints what was done. */
export async function applyPlan(
  change: "activate" | "revert",
  plan: ActivationPlan,
  options: ChangeOptions,
  context: Context,
): Promise<number> {
  const { table, target, active, diff } = plan;
  const report = (activated: boolean) => ({
    table,
    version: target.version,
    before: active?.version ?? null,
    activated,
    dryRun: options.dryRun,
    diff,
  });
  if (active?.id === target.id) {
    say(options, context, `${table} version ${target.version} is active already; nothing to do`);
    if (options.json) await printJson(report(false), context);
    return 0;
  }
  const question = `Make ${table} version ${target.version} active in ${databaseName(options)}, in place of ${
    active === undefined ? "none" : `version ${active.version}`
  }?`;
  if (options.dryRun) {
    say(options, context, `dry run: nothing was changed; it would ask: ${question}`);
  } else {
    await confirm(question, options.yes, context);
    await activatePlanned(change, plan, options, context);
  }
  if (options.json) await printJson(report(!options.dryRun), context);
  return 0;
}

/** The change itself, with its trace. */
export async function activatePlanned(
  change: "activate" | "revert",
  { table, target, active, diff }: ActivationPlan,
  options: ChangeOptions,
  context: Context,
): Promise<void> {
  const before = active?.version;
  await audited(
    options,
    context,
    { change, table, version: target.version, before: before ?? null, rows: target.rows, diff: diff.hash },
    () =>
      activateVersion(writeOptions(options, context, change), {
        table,
        version: target.version,
        versionId: target.id,
        before,
      }),
  );
}

function checkExpectedActive(
  table: string,
  active: StoredVersion | undefined,
  { expectActive }: ActivationGuards,
): void {
  if (expectActive === undefined || active?.version === expectActive) return;
  throw new MovedError(
    `${table} has version ${active?.version ?? "none"} active, and version ${expectActive} was expected; nothing was changed`,
    { hint: `somebody changed it; look with \`lineage-report tables history ${table}\` and decide again` },
  );
}

function checkExpectedDiff(table: string, hash: string, expected: string | undefined): void {
  if (expected === undefined || hash.startsWith(expected.toLowerCase())) return;
  throw new MovedError(
    `the difference of ${table} is not the one that was looked at: its hash is ${hash.slice(0, DIFF_HASH_DIGITS)}, ` +
      `and ${expected} was expected; nothing was changed`,
    { hint: "look at the difference again" },
  );
}

function checkLosses(
  active: StoredVersion,
  target: Pick<StoredVersion, "table" | "version" | "rows">,
  removedColumns: readonly string[],
  options: ActivationGuards & ChangeOptions,
): void {
  const limit = largestDrop(options);
  if (!options.allowShrink && shrinksTooMuch(active.rows, target.rows, limit)) {
    throw new GuardError(
      `version ${target.version} of ${target.table} has ${countOf(target.rows, "row")} where version ${active.version} has ` +
        `${active.rows.toLocaleString("en-US")}: more than ${limit} % fewer; nothing was changed`,
      { hint: "if rows are meant to go, say --allow-shrink" },
    );
  }
  if (!options.allowColumns && removedColumns.length > 0) {
    throw new GuardError(
      `version ${target.version} of ${target.table} lacks columns of version ${active.version}: ` +
        `${removedColumns.map((name) => quoted(name)).join(", ")}; lookups by them would find nothing; nothing was changed`,
      { hint: "if they are meant to go, say --allow-columns" },
    );
  }
}

/** What a table without an active version is compared with. */
function emptyLike(source: TableSource): TableSource {
  return {
    label: "no active version",
    placeWord: "row",
    columns: source.columns,
    remarks: [],
    async *rows() {
      yield* [];
    },
  };
}
