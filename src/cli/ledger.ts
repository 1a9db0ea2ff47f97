import { defineCommand } from "./command.ts";
import { commonOptions, connectionOptions } from "./options.ts";
import { readSettings } from "./settings.ts";

export const ledgerInit = defineCommand({
  words: "ledger init",
  describe: "make the tables in which schedules and mails are claimed",
  details: [
    "Makes the schema lineage_report, in the source database or in the one that LEDGER_URL names, and changes nothing where it is " +
      "there already. Only schedule and mail need it; a read replica can be the source when LEDGER_URL names another database.",
  ],
  examples: [
    ["ledger init", "once, as a role that may create a schema"],
    ["ledger init --sql", "print the statements, for whoever may"],
  ],
  options: {
    sql: { type: "flag", group: "Output", describe: "print the statements and run nothing" },
    ...connectionOptions,
    config: commonOptions.config,
  },
  async run(args, context) {
    const { connection } = await readSettings(args, context);
    const { ledgerInit: work } = await import("../ledger/command.ts");
    return work({ connection, sql: args.sql }, context);
  },
});
