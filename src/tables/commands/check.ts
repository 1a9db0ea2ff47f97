import type { Context } from "../../cli/context.ts";
import { CheckError } from "../../errors.ts";
import { type ActiveVersion, type CheckReport, checkTable, type RowTaker } from "../check/check.ts";
import { type FileOptions, openTableFile } from "../file/open-file.ts";
import { withSupplement } from "../file/supplement.ts";
import { proposeKey } from "../key.ts";
import { countOf, type TableSource } from "../row.ts";
import type { StoredTables, StoredVersion } from "../store/stored-tables.ts";
import { keyFor } from "./diff.ts";
import { activeOf, largestDrop, print, printJson, type TablesOptions, withTables } from "./environment.ts";
import { digestOf } from "./list.ts";

export interface CheckCommandOptions extends TablesOptions {
  table: string;
  path: string;
  file: FileOptions;
  /** A CSV file to be merged in (supplement.ts). */
  supplement?: string | undefined;
  key: readonly string[];
  allow: readonly string[];
  /** Warnings fail the check as well. */
  strict: boolean;
}

/** A version with the same content as a file: by ReportStream's checksum, or by comparing the rows. */
export interface Twin {
  version: StoredVersion;
  by: "checksum" | "content";
}

export interface CheckedFile {
  report: CheckReport;
  /** Every version that the file is identical to, by number. */
  twins: readonly Twin[];
  source: TableSource;
  active: ActiveVersion | undefined;
}

/** `tables check`: a file against the rules and against what is stored. */
export async function checkCommand(options: CheckCommandOptions, context: Context): Promise<number> {
  const { report, twins } = await withTables(options, context, "check", async (tables) => {
    const versions = await tables.versions(options.table);
    return checkFile(tables, versions, options, context.signal);
  });
  if (options.json) await printJson(checkDocument(options.table, report, twins), context);
  else await print([checkText(options.table, report, twins)], context);
  if (report.verdict === "refused" || (options.strict && report.verdict === "warnings")) {
    const faults = report.findings.filter(({ level }) => level === "error" || (options.strict && level === "warning"));
    throw new CheckError(`${report.label} is not fit for ${options.table}: ${countOf(faults.length, "finding")}`, {
      hint: "correct the file, or take a finding on purpose: `tables create --allow RULE`",
    });
  }
  return 0;
}

/**
 * Opens and checks a file; nothing is printed or thrown for what is found in its rows.
 *
 * @param takerOf what else gets the rows on the way
 */
export async function checkFile(
  tables: StoredTables,
  versions: readonly StoredVersion[],
  options: Omit<CheckCommandOptions, "strict">,
  signal: AbortSignal,
  takerOf: (source: TableSource) => RowTaker | undefined = () => undefined,
): Promise<CheckedFile> {
  const source = await openSource(options);
  const stored = activeOf(versions);
  const active =
    stored === undefined
      ? undefined
      : { version: stored.version, rows: stored.rows, source: await tables.source(stored) };
  const key = await keyToCheck(options, active);
  const report = await checkTable(source, {
    active,
    key,
    allow: options.allow,
    largestDropPercent: largestDrop(options),
    signal,
    taker: takerOf(source),
  });
  return { report, twins: await findTwins(tables, versions, report), source, active };
}

async function openSource({
  path,
  table,
  file,
  supplement,
}: Omit<CheckCommandOptions, "strict">): Promise<TableSource> {
  const source = await openTableFile(path, table, file);
  return supplement === undefined ? source : withSupplement(source, await openTableFile(supplement, undefined, {}));
}

async function keyToCheck(options: Omit<CheckCommandOptions, "strict">, active: ActiveVersion | undefined) {
  const known = keyFor(options.table, options.key, options);
  if (known !== undefined) return { columns: known.columns, certain: true };
  if (active === undefined) return undefined;
  const proposed = await proposeKey([active.source]);
  return proposed === undefined ? undefined : { columns: proposed, certain: false };
}

/**
 * Versions with the same checksum; and of the active and the newest those with the same content, which their checksum cannot tell
 * where it is unknown or was made from another order of columns.
 */
async function findTwins(
  tables: StoredTables,
  versions: readonly StoredVersion[],
  report: CheckReport,
): Promise<Twin[]> {
  const twins: Twin[] = [];
  for (const version of versions) {
    const compared = version.active || version === versions.at(-1);
    if (version.checksum === report.checksum) twins.push({ version, by: "checksum" });
    else if (compared && version.rows === report.rows && (await digestOf(tables, version)).digest === report.digest) {
      twins.push({ version, by: "content" });
    }
  }
  return twins;
}

export function checkDocument(table: string, report: CheckReport, twins: readonly Twin[]) {
  return {
    table,
    file: report.label,
    rows: report.rows,
    columns: report.columns,
    checksum: report.checksum,
    digest: report.digest,
    verdict: report.verdict,
    identicalTo: twins.map(({ version, by }) => ({ version: version.version, active: version.active, by })),
    findings: report.findings,
  };
}

const MARKS = { error: "✗ error  ", warning: "! warning", note: "· note   " } as const;

export function checkText(table: string, report: CheckReport, twins: readonly Twin[]): string {
  const lines = [
    `${report.label} for ${table}: ${countOf(report.rows, "row")}, ${countOf(report.columns.length, "column")}`,
    ...report.findings.map(({ rule, level, message }) => `  ${MARKS[level]} ${rule}: ${message}`),
    ...twins.map((twin) => `  · note    identical to ${twinText(twin)}`),
    `  checksum ${report.checksum}`,
    `  ${VERDICTS[report.verdict]}`,
  ];
  return `${lines.join("\n")}\n`;
}

const VERDICTS = {
  fine: "fine: it can be created as it is",
  warnings: "can be created; look at the warnings first",
  refused: "refused: `tables create` will not take it as it is",
} as const;

/** "version 41 (active)", and how that is known where not by the checksum. */
export function twinText({ version, by }: Twin): string {
  const how = by === "checksum" ? "" : ", by its content; the stored checksum is another";
  return `version ${version.version}${version.active ? " (active)" : ""}${how}`;
}
