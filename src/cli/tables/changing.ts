import { resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import { defineCommand } from "../command.ts";
import {
  allowOption,
  changeArguments,
  changeOptions,
  fileArguments,
  fileOptions,
  guardOptions,
  guards,
  keyOption,
  readOptions,
  rowsOption,
  VERSION_HINT,
} from "./shared.ts";

const table = { describe: "the lookup table's name" } as const;
const ROLE = "It needs a role that may write lookup tables (--write-database-url), and says so where the role may not.";

export const tablesCreate = defineCommand({
  words: "tables create",
  describe: "a file as a new version of a lookup table, inactive unless asked",
  details: [
    "The file is checked first (`tables check`). It becomes the next version in one transaction, whole or not at all. A file that is " +
      "identical to the active or the newest version makes none, and it says so; --force makes one all the same.",
    "With --activate the difference is shown and the question asked before anything is written; an identical version that is there " +
      "but not active is then activated.",
    ROLE,
  ],
  examples: [
    ["tables create observation-mapping codes.csv", "a new version that nobody sees yet"],
    [
      "tables create LIVD-SARS-CoV-2 livd.xlsx --supplement supplement.csv --activate",
      "CDC's workbook, after a look at the difference",
    ],
    ["tables create observation-mapping codes.csv --dry-run", "what would happen"],
  ],
  positionals: { table, file: { describe: "a CSV file or an .xlsx workbook" } },
  options: {
    activate: { type: "flag", describe: "make it the active version, after the difference and the question" },
    force: { type: "flag", describe: "make a version although it is identical to the active or newest one" },
    "new-table": { type: "flag", describe: "make a new table although its name is close to that of another" },
    supplement: {
      type: "text",
      value: "FILE",
      group: "File",
      describe: "a CSV file merged into the file by the columns that both have, as ReportStream's LIVD update does",
    },
    ...allowOption,
    ...keyOption,
    ...fileOptions,
    ...changeOptions,
    ...guardOptions,
    ...rowsOption,
    ...readOptions,
  },
  async run(args, context) {
    const { createCommand } = await import("../../tables/commands/create.ts");
    return createCommand(
      {
        ...(await changeArguments(args, context)),
        ...guards(args),
        allowColumns: args.allowColumns || args.allow.includes("columns"),
        table: args.table,
        path: resolve(context.cwd, args.file),
        file: fileArguments(args),
        supplement: args.supplement === undefined ? undefined : resolve(context.cwd, args.supplement),
        allow: args.allow,
        force: args.force,
        activate: args.activate,
        newTable: args.newTable,
      },
      context,
    );
  },
});

export const tablesActivate = defineCommand({
  words: "tables activate",
  describe: "make a version of a lookup table the active one",
  details: [
    "It shows what changes for ReportStream, asks, and switches in one transaction: a table never is without an active version, and of " +
      "two who do it at once one is told. ReportStream takes up the change within 30 seconds.",
    ROLE,
  ],
  examples: [
    ["tables activate LIVD-SARS-CoV-2 41", "after the difference and the question"],
    [
      "tables activate LIVD-SARS-CoV-2 41 --expect-active 40 --expect-diff 3f9a2c51d07be684 --yes",
      "in a script, only if nothing moved since the difference was looked at",
    ],
  ],
  positionals: { table, version: { describe: VERSION_HINT } },
  options: { ...changeOptions, ...guardOptions, ...keyOption, ...rowsOption, ...readOptions },
  async run(args, context) {
    const { VERSION_WORD } = await import("../../tables/commands/environment.ts");
    if (!VERSION_WORD.test(args.version)) {
      throw new UsageError(`${args.version} is no version`, { hint: `write ${VERSION_HINT}` });
    }
    const { activateCommand } = await import("../../tables/commands/activate.ts");
    const options = await changeArguments(args, context);
    return activateCommand({ ...options, ...guards(args), table: args.table, version: args.version }, context);
  },
});

export const tablesRevert = defineCommand({
  words: "tables revert",
  describe: "go back to the version that was active before",
  details: [
    "Which one that was, the database tells: the transaction that made the present version active, by whichever program, switched " +
      "it off. Where it cannot tell (a restored database), the audit log may; else it is refused. Twice is back again.",
    ROLE,
  ],
  examples: [["tables revert LIVD-SARS-CoV-2", "after the difference and the question"]],
  positionals: { table },
  options: { ...changeOptions, ...guardOptions, ...keyOption, ...rowsOption, ...readOptions },
  async run(args, context) {
    const { revertCommand } = await import("../../tables/commands/activate.ts");
    return revertCommand({ ...(await changeArguments(args, context)), ...guards(args), table: args.table }, context);
  },
});

export const tablesLoad = defineCommand({
  words: "tables load",
  describe: "every CSV file of a folder as the lookup table of its name",
  details: [
    "As ReportStream's own loader: TABLE.csv becomes a version of TABLE; files that are identical to the active or newest version are " +
      "skipped. Other than there, versions become active only with --activate. A file that fails does not stop the others; it " +
      "then ends with 3.",
    ROLE,
  ],
  examples: [
    ["tables load metadata/tables/local --dry-run", "what would be created"],
    ["tables load metadata/tables/local --activate --yes", "all of it, and active"],
  ],
  positionals: { folder: { describe: "the folder of CSV files" } },
  options: {
    activate: { type: "flag", describe: "make the versions active" },
    force: { type: "flag", describe: "make versions although they are identical to the active or newest ones" },
    encoding: fileOptions.encoding,
    ...allowOption,
    ...changeOptions,
    "allow-shrink": guardOptions["allow-shrink"],
    "allow-columns": guardOptions["allow-columns"],
    ...readOptions,
  },
  async run(args, context) {
    const { loadCommand } = await import("../../tables/commands/load.ts");
    return loadCommand(
      {
        ...(await changeArguments(args, context)),
        ...guards({ key: [], allowShrink: args.allowShrink, allowColumns: args.allowColumns }),
        folder: resolve(context.cwd, args.folder),
        encoding: args.encoding,
        allow: args.allow,
        force: args.force,
        activate: args.activate,
        newTable: true,
        supplement: undefined,
      },
      context,
    );
  },
});
