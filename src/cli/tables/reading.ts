import { resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import { CHECK_RULES, FIRM_RULES } from "../../tables/check/rules.ts";
import type { DiffFormat } from "../../tables/commands/diff.ts";
import type { RowFilter } from "../../tables/store/stored-tables.ts";
import { defineCommand } from "../command.ts";
import {
  allowOption,
  fileArguments,
  fileOptions,
  keyOption,
  readOptions,
  rowLimit,
  rowsOption,
  tablesOptions,
  VERSION_HINT,
  wholeNumber,
} from "./shared.ts";

const table = { describe: "the lookup table's name" } as const;
const versionOption = {
  version: { type: "text", value: "N", describe: VERSION_HINT, otherwise: "active" },
} as const;
const outOption = {
  out: {
    type: "text",
    value: "FILE",
    group: "Output",
    describe: "write to this file, whole or not at all",
    otherwise: "stdout",
  },
} as const;

export const tablesList = defineCommand({
  words: "tables list",
  describe: "lookup tables: which version is active, which is newest",
  details: [
    "A table whose newest version is not active is marked: activation is the step that is forgotten. A table on a terminal, " +
      "CSV elsewhere.",
  ],
  examples: [
    ["tables list", "every table"],
    ["tables list --all", "every version of every table"],
    ["tables list --digest --json > production.json", "a listing for `tables drift` in another environment"],
  ],
  options: {
    all: { type: "flag", describe: "every version, not only the active one" },
    digest: { type: "flag", describe: "read the rows and add a digest of the content, whatever their order" },
    ...readOptions,
  },
  async run(args, context) {
    if (args.all && args.digest) throw new UsageError("--digest is for active versions; leave --all out");
    const { listTables } = await import("../../tables/commands/list.ts");
    return listTables({ ...(await tablesOptions(args, context)), all: args.all, digest: args.digest }, context);
  },
});

export const tablesHistory = defineCommand({
  words: "tables history",
  describe: "every version of a lookup table, the newest first",
  details: [
    "It notes which version was active before, where the database still knows, and versions that are identical.",
  ],
  examples: [["tables history LIVD-SARS-CoV-2", "who made which version when, and which one is active"]],
  positionals: { table },
  options: { ...readOptions },
  async run(args, context) {
    const { tableHistory } = await import("../../tables/commands/list.ts");
    return tableHistory({ ...(await tablesOptions(args, context)), table: args.table }, context);
  },
});

export const tablesShow = defineCommand({
  words: "tables show",
  describe: "rows of a lookup table, to look at",
  details: ["Columns come in the order in which Postgres keeps them: shorter names first, then by their bytes."],
  examples: [
    ["tables show LIVD-SARS-CoV-2 --rows 1-20", "the first rows of the active version"],
    ['tables show LIVD-SARS-CoV-2 --where "Model=ID NOW"', "the rows with this value"],
  ],
  positionals: { table },
  options: {
    ...versionOption,
    rows: { type: "text", value: "A-B", describe: "rows by their numbers, both included", otherwise: "all" },
    where: { type: "text", value: "COLUMN=VALUE", describe: "only rows whose cell is exactly this value" },
    format: {
      type: "text",
      value: "FORMAT",
      choices: ["table", "csv", "json"] as const,
      group: "Output",
      describe: "how rows are printed; json is one object a line",
      otherwise: "table on a terminal, csv elsewhere",
    },
    ...readOptions,
  },
  async run(args, context) {
    if (args.json && args.format !== undefined && args.format !== "json") {
      throw new UsageError(`--json and --format ${args.format} contradict each other`);
    }
    const { showTable } = await import("../../tables/commands/show.ts");
    const options = await tablesOptions(args, context);
    const version = args.version ?? "active";
    const format = args.json ? "json" : args.format;
    return showTable(
      { ...options, table: args.table, version, filter: rowFilter(args.rows, args.where), format },
      context,
    );
  },
});

export const tablesExport = defineCommand({
  words: "tables export",
  describe: "a version of a lookup table as CSV, JSON or a workbook, exactly as it is",
  details: [
    "The database has lost the original order of columns: they come with shorter names first, then by their bytes. " +
      "--columns-from FILE takes the order from the header of the file that the version was made from. Cells are not guarded " +
      "against formulas, so that the file can be loaded again. In a workbook every cell is a text, so that leading zeros stay; it " +
      "holds 1,048,575 rows at most, and what would be read back otherwise is said.",
  ],
  examples: [
    ["tables export LIVD-SARS-CoV-2 --out livd.csv", "the active version as a file"],
    ["tables export LIVD-SARS-CoV-2 --version 40 --format json", "as ReportStream's own interface gives it"],
    ["tables export LIVD-SARS-CoV-2 --format xlsx --out livd.xlsx", "for somebody who works in a spreadsheet"],
  ],
  positionals: { table },
  options: {
    ...versionOption,
    format: {
      type: "text",
      value: "FORMAT",
      choices: ["csv", "json", "xlsx"] as const,
      group: "Output",
      describe: "csv; json: an array of objects; xlsx: a workbook of one sheet, which needs --out",
      otherwise: "csv",
    },
    "columns-from": { type: "text", value: "FILE", describe: "a file with the same columns in the order wanted" },
    ...outOption,
    ...readOptions,
  },
  async run(args, context) {
    const format = args.json ? "json" : (args.format ?? "csv");
    if (args.json && args.format !== undefined && args.format !== "json") {
      throw new UsageError(`--json and --format ${args.format} contradict each other`);
    }
    if (format === "xlsx" && args.out === undefined) throw new UsageError("a workbook needs a file: --out FILE");
    const { exportTable } = await import("../../tables/commands/show.ts");
    const options = await tablesOptions(args, context);
    const path = (file: string | undefined) => (file === undefined ? undefined : resolve(context.cwd, file));
    return exportTable(
      {
        ...options,
        table: args.table,
        version: args.version ?? "active",
        format,
        columnsFrom: path(args.columnsFrom),
        out: path(args.out),
      },
      context,
    );
  },
});

export const tablesCheck = defineCommand({
  words: "tables check",
  describe: "whether a file is fit to become a version of a lookup table",
  details: [
    "It compares the columns with the active version, looks for damage by spreadsheets and encodings, for repeated rows and " +
      "keys, and says to which version the file is identical. Ends with 0, or 1 if `tables create` would refuse the file.",
    `Rules: ${Object.entries(CHECK_RULES)
      .map(([rule, meaning]) => `${rule} (${meaning})`)
      .join("; ")}. ${FIRM_RULES.join(", ")} cannot be allowed.`,
  ],
  examples: [
    ["tables check livd.xlsx --table LIVD-SARS-CoV-2", "the workbook that CDC publishes"],
    ["tables check codes.csv --table observation-mapping --key code --strict", "warnings fail it as well"],
  ],
  positionals: { file: { describe: "a CSV file or an .xlsx workbook" } },
  options: {
    table: { type: "text", value: "TABLE", describe: "the lookup table that the file is for; needed" },
    strict: { type: "flag", describe: "warnings fail the check as well" },
    supplement: {
      type: "text",
      value: "FILE",
      group: "File",
      describe: "a CSV file merged into the file first, as `tables create --supplement` does",
    },
    ...allowOption,
    ...keyOption,
    ...fileOptions,
    ...readOptions,
  },
  async run(args, context) {
    if (args.table === undefined)
      throw new UsageError("tables check needs --table TABLE: the lookup table that the file is for");
    const { checkCommand } = await import("../../tables/commands/check.ts");
    return checkCommand(
      {
        ...(await tablesOptions(args, context)),
        table: args.table,
        path: resolve(context.cwd, args.file),
        file: fileArguments(args),
        supplement: args.supplement === undefined ? undefined : resolve(context.cwd, args.supplement),
        key: args.key,
        allow: args.allow,
        strict: args.strict,
      },
      context,
    );
  },
});

export const tablesDiff = defineCommand({
  words: "tables diff",
  describe: "what differs between two versions, or a version and a file",
  details: [
    "Rows are recognised by key columns; their order, and that of the columns, does not count. The summary comes first, then the " +
      "rows. The hash at its end names the two contents: `tables activate --expect-diff HASH` goes ahead only if it is still the same.",
    "With one side, it is compared with the active version. Ends with 0 whether there are differences or not.",
  ],
  examples: [
    ["tables diff LIVD-SARS-CoV-2 40 41", "two versions"],
    ["tables diff LIVD-SARS-CoV-2 livd.xlsx", "the active version and a file"],
    ["tables diff LIVD-SARS-CoV-2 active newest --format html --out diff.html", "a page to hand round"],
  ],
  positionals: {
    table,
    side: { describe: `one or two of: ${VERSION_HINT}, a CSV file, an .xlsx workbook`, many: true },
  },
  options: {
    format: {
      type: "text",
      value: "FORMAT",
      choices: ["text", "json", "csv", "html"] as const satisfies readonly DiffFormat[],
      group: "Output",
      describe: "how the difference is printed; json and csv hold every row",
      otherwise: "text",
    },
    rows: {
      ...rowsOption.rows,
      describe: "print so many rows in text or html; all for every one",
      otherwise: "20 in text, 1000 in html",
    },
    ...outOption,
    ...keyOption,
    ...fileOptions,
    ...readOptions,
  },
  async run(args, context) {
    if (args.json && args.format !== undefined && args.format !== "json") {
      throw new UsageError(`--json and --format ${args.format} contradict each other`);
    }
    const format = args.json ? "json" : (args.format ?? "text");
    const { diffCommand } = await import("../../tables/commands/diff.ts");
    const { VERSION_WORD } = await import("../../tables/commands/environment.ts");
    return diffCommand(
      {
        ...(await tablesOptions(args, context)),
        table: args.table,
        sides: args.side.map((side) => (VERSION_WORD.test(side) ? side : resolve(context.cwd, side))),
        key: args.key,
        file: fileArguments(args),
        format,
        rows: rowLimit(args.rows, format === "html" ? 1000 : 20),
        out: args.out === undefined ? undefined : resolve(context.cwd, args.out),
      },
      context,
    );
  },
});

export const tablesDrift = defineCommand({
  words: "tables drift",
  describe: "which lookup tables differ between two environments, by content",
  details: [
    "Active versions are compared row by row, whatever their numbers and the order of rows and columns. Ends with 1 where any differs.",
    "--against takes a listing (`tables list --digest --json` of the other environment), a folder of CSV files named after their " +
      "tables, a database's address without a password, or env:NAME for an address in an environment variable.",
  ],
  examples: [
    ["tables drift --against production.json", "against a listing made there"],
    ["tables drift --against env:STAGING_DATABASE_URL", "against another database"],
    ["tables drift --against metadata/tables/local", "against ReportStream's own files"],
  ],
  options: {
    against: { type: "text", value: "WHERE", describe: "a listing, a folder, an address or env:NAME; needed" },
    ...readOptions,
  },
  async run(args, context) {
    const { against } = args;
    if (against === undefined) throw new UsageError("tables drift needs --against: a listing, a folder or a database");
    const { driftCommand } = await import("../../tables/commands/drift.ts");
    const options = await tablesOptions(args, context);
    const variable = /^env:(\w+)$/.exec(against)?.[1];
    if (variable === undefined && !/^postgres(ql)?:\/\//i.test(against)) {
      return driftCommand({ ...options, against: { file: resolve(context.cwd, against) } }, context);
    }
    const fromVariable = variable === undefined ? undefined : context.env[variable];
    if (variable !== undefined && !fromVariable) throw new UsageError(`the variable ${variable} is not set`);
    // An address on the command line goes the same way as --database-url, which refuses passwords there.
    const other =
      fromVariable === undefined
        ? (await tablesOptions({ ...args, databaseUrl: against }, context)).connection
        : { ...options.connection, databaseUrl: fromVariable };
    return driftCommand({ ...options, against: { database: other, label: variable ?? "the other database" } }, context);
  },
});

function rowFilter(rows: string | undefined, where: string | undefined): RowFilter {
  const filter: RowFilter = {};
  if (rows !== undefined) {
    const match = /^(\d+)?(-)?(\d+)?$/.exec(rows);
    const [, first, dash, last] = match ?? [];
    if (match === null || (first === undefined && last === undefined)) {
      throw new UsageError(`--rows ${rows} is no range`, { hint: "write --rows 1-20, --rows 100- or --rows 7" });
    }
    filter.first = first === undefined ? undefined : wholeNumber("--rows", first, 1);
    filter.last = last !== undefined ? wholeNumber("--rows", last, 1) : dash === undefined ? filter.first : undefined;
  }
  if (where !== undefined) {
    const equals = where.indexOf("=");
    if (equals < 1)
      throw new UsageError(`--where ${where} is not COLUMN=VALUE`, { hint: 'write --where "Model=ID NOW"' });
    filter.cell = { column: where.slice(0, equals), value: where.slice(equals + 1) };
  }
  return filter;
}
