import { resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import { CHECK_RULES, FIRM_RULES } from "../../tables/check/rules.ts";
import type { ActivationGuards } from "../../tables/commands/activate.ts";
import type { ChangeOptions } from "../../tables/commands/audited.ts";
import type { TablesOptions } from "../../tables/commands/environment.ts";
import { ENCODINGS } from "../../tables/file/encoding.ts";
import type { FileOptions } from "../../tables/file/open-file.ts";
import type { Options } from "../command.ts";
import type { Context } from "../context.ts";
import { commonOptions, connectionOptions, jsonOption } from "../options.ts";
import { readSettings } from "../settings.ts";

/** What every `tables` command takes. */
export const readOptions = { ...jsonOption, ...connectionOptions, ...commonOptions } as const satisfies Options;

export const keyOption = {
  key: {
    type: "list",
    value: "COLUMN",
    describe: "a column by which rows are recognised; several times for several columns",
    otherwise: "tables.keys of the configuration, else the smallest set of columns that is unique in the data",
  },
} as const satisfies Options;

/** How a file is to be read; all of it is found out by itself where it can be. */
export const fileOptions = {
  delimiter: {
    type: "text",
    value: "CHARACTER",
    group: "File",
    describe: "what separates the cells of a CSV file; tab for a tab",
    otherwise: "comma, semicolon, tab or bar, as the file shows",
  },
  encoding: {
    type: "text",
    value: "NAME",
    choices: ENCODINGS,
    group: "File",
    describe: "the encoding of a CSV file",
    otherwise: "UTF-8, or UTF-16 where the file shows it; anything else is refused",
  },
  sheet: {
    type: "text",
    value: "NAME",
    group: "File",
    describe: "the sheet of an .xlsx workbook",
    otherwise: "the only one; LOINC Mapping for LIVD-SARS-CoV-2",
  },
  "header-row": {
    type: "text",
    value: "N",
    group: "File",
    describe: "the row of a sheet that holds the column names",
    otherwise: "the first that is not blank",
  },
} as const satisfies Options;

export const allowOption = {
  allow: {
    type: "list",
    value: "RULE",
    choices: Object.keys(CHECK_RULES).filter((rule) => !FIRM_RULES.includes(rule)),
    describe: "take a file although the check finds this error; may be given several times",
  },
} as const satisfies Options;

export const changeOptions = {
  "dry-run": { type: "flag", group: "Change", describe: "show what would be done, and change nothing" },
  yes: { type: "flag", group: "Change", describe: "do not ask; needed where there is no terminal to ask on" },
  by: {
    type: "text",
    value: "NAME",
    group: "Change",
    describe: "who does it, for created_by and the audit log",
    otherwise: "the user of the system",
  },
  "audit-log": {
    type: "text",
    value: "FILE",
    group: "Change",
    describe: "the file to which a line of JSON is appended before and after each change",
    otherwise: "tables.auditLog of the configuration; without either, changes are told on stderr alone",
  },
  "write-database-url": {
    type: "text",
    value: "URL",
    group: "Connection",
    describe: "the database with a role that may write lookup tables, without a password",
    otherwise: "LINEAGE_REPORT_WRITE_URL, else the same connection as for reading",
  },
} as const satisfies Options;

export const guardOptions = {
  "expect-active": {
    type: "text",
    value: "N",
    group: "Change",
    describe: "refuse unless this version is active now",
    otherwise: "the version that was active when the difference was shown",
  },
  "expect-diff": {
    type: "text",
    value: "HASH",
    group: "Change",
    describe: "refuse unless the difference has this hash, as `tables diff` printed it",
  },
  "allow-shrink": {
    type: "flag",
    group: "Change",
    describe: "activate although more rows are lost than tables.largestDropPercent of the configuration (10) allows",
  },
  "allow-columns": { type: "flag", group: "Change", describe: "activate although columns are lost" },
} as const satisfies Options;

export const rowsOption = {
  rows: {
    type: "text",
    value: "N",
    group: "Output",
    describe: "print so many rows of the difference; all for every one",
    otherwise: "20",
  },
} as const satisfies Options;

export const VERSION_HINT = "a version's number, active or newest";

interface ReadArguments {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly config?: string | undefined;
  readonly databaseUrl?: string | undefined;
}

export async function tablesOptions(args: ReadArguments, context: Context): Promise<TablesOptions> {
  const { config, connection } = await readSettings(args, context);
  return {
    settings: config.tables,
    connection,
    statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
    json: args.json,
    quiet: args.quiet,
  };
}

interface ChangeArguments extends ReadArguments {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly by?: string | undefined;
  readonly auditLog?: string | undefined;
  readonly writeDatabaseUrl?: string | undefined;
}

/** Commands that write read through the writing connection as well, so that plan and change see one database. */
export async function changeArguments(args: ChangeArguments, context: Context): Promise<ChangeOptions> {
  const given = args.writeDatabaseUrl === undefined ? args : { ...args, databaseUrl: args.writeDatabaseUrl };
  const options = await tablesOptions(given, context);
  const fromEnvironment = args.writeDatabaseUrl ?? context.env.LINEAGE_REPORT_WRITE_URL;
  const databaseUrl = fromEnvironment === "" ? undefined : fromEnvironment;
  return {
    ...options,
    connection: { ...options.connection, databaseUrl: databaseUrl ?? options.connection.databaseUrl },
    dryRun: args.dryRun,
    yes: args.yes,
    by: args.by,
    auditLog: args.auditLog === undefined ? undefined : resolve(context.cwd, args.auditLog),
  };
}

interface GuardArguments {
  readonly key: readonly string[];
  readonly expectActive?: string | undefined;
  readonly expectDiff?: string | undefined;
  readonly allowShrink: boolean;
  readonly allowColumns: boolean;
  readonly rows?: string | undefined;
}

export function guards(args: GuardArguments): ActivationGuards {
  const { expectDiff } = args;
  if (expectDiff !== undefined && !/^[0-9a-f]{8,64}$/i.test(expectDiff)) {
    throw new UsageError(`--expect-diff ${expectDiff} is no hash of a difference`, {
      hint: "`lineage-report tables diff` prints it: 16 digits from 0-9 and a-f",
    });
  }
  return {
    key: args.key,
    expectActive: args.expectActive === undefined ? undefined : wholeNumber("--expect-active", args.expectActive, 0),
    expectDiff,
    allowShrink: args.allowShrink,
    allowColumns: args.allowColumns,
    rows: rowLimit(args.rows, 20),
  };
}

export function rowLimit(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  return text === "all" ? Number.MAX_SAFE_INTEGER : wholeNumber("--rows", text, 0);
}

interface FileArguments {
  readonly delimiter?: string | undefined;
  readonly encoding?: FileOptions["encoding"];
  readonly sheet?: string | undefined;
  readonly headerRow?: string | undefined;
}

export function fileArguments({ delimiter, encoding, sheet, headerRow }: FileArguments): FileOptions {
  return {
    delimiter: delimiter === "tab" || delimiter === "\\t" ? "\t" : delimiter,
    encoding,
    sheet,
    headerRow: headerRow === undefined ? undefined : wholeNumber("--header-row", headerRow, 1),
  };
}

export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${option} ${text} is not a whole number from ${least}`);
}
