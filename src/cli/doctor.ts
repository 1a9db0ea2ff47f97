import { type Finding, findingsOf } from "../doctor/finding.ts";
import { ConfigError } from "../errors.ts";
import { defineCommand } from "./command.ts";
import type { Context } from "./context.ts";
import {
  commonOptions,
  connectionOptions,
  folderOptions,
  jsonOption,
  queriesOption,
  templatesOption,
} from "./options.ts";
import { loadSettings, type SettingArguments, type Settings } from "./settings.ts";

export const doctor = defineCommand({
  words: "doctor",
  describe: "connection, rights, schema, indexes, clock, files, mail server and ledger: each with its fix",
  details: [
    "Looks at everything that a run, a schedule and a mail need, and says of each whether it is as it should be, works and should be looked at " +
      "(a warning), or fails, is slow beyond use or is not safe (a fault), with what to do: the statement, the setting, whom to ask.",
    "Reads only. It writes and removes one small file in the output folder; the mail server is connected to, greeted and, where a user is named, " +
      "logged in to, and no mail is sent; the ledger is opened and not changed.",
    "Ends with 0 when there is no fault, with 1 when there is one, be it that the database cannot be reached.",
  ],
  examples: [
    ["doctor", "before the first run, and when something is odd"],
    ["doctor --json", "for a monitor: {ok, findings: [{area, check, state, message, fix}]}"],
  ],
  options: {
    out: folderOptions.out,
    ...queriesOption,
    ...templatesOption,
    ...jsonOption,
    ...connectionOptions,
    config: commonOptions.config,
  },
  async run(args, context) {
    const { settings, configuration } = await readConfiguration(args, context);
    const { doctorCommand } = await import("../doctor/command.ts");
    return doctorCommand({ ...settings, configuration, json: args.json }, context);
  },
});

/** The settings, and with a fault in them the defaults, so that everything else is looked at all the same. */
async function readConfiguration(
  args: SettingArguments,
  context: Context,
): Promise<{ settings: Settings; configuration: Finding[] }> {
  const { ok, warning, fault } = findingsOf("configuration");
  try {
    const { settings, warnings, file } = await loadSettings(args, context);
    const read =
      file === undefined
        ? "there is no file; defaults and the environment hold"
        : `${file} can be read: every setting is known`;
    return {
      settings,
      configuration: [ok("settings", read), ...warnings.map((message) => warning("settings", message))],
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const found = fault("settings", error.message, error.hint);
    const { parseConfig } = await import("../config/parse.ts");
    const { config } = parseConfig({ env: {}, cwd: context.cwd });
    if (config === undefined) throw error;
    const connection = { databaseUrl: args.databaseUrl, env: context.env };
    return { settings: { config, connection }, configuration: [found] };
  }
}
