import type { Config } from "../config/schema.ts";
import { UsageError } from "../errors.ts";
import type { Window } from "../time/window.ts";
import { defineCommand } from "./command.ts";
import { commonOptions, connectionOptions, jsonOption, windowOptions } from "./options.ts";
import { type ConnectionSources, readSettings } from "./settings.ts";

export const ERROR_FORMATS = ["table", "csv", "json"] as const;

/** What `errorsCommand` is handed. */
export interface ErrorsOptions {
  config: Config;
  connection: ConnectionSources;
  window: Window;
  /** `org.client`, or an organization for all of its senders. */
  sender: string | undefined;
  /** `org.service`, or an organization for all of its receivers. */
  receiver: string | undefined;
  code: string | undefined;
  /** Fold messages that differ only in values. */
  group: boolean;
  /** Undefined for a table on a terminal and CSV elsewhere. */
  format: (typeof ERROR_FORMATS)[number] | undefined;
  /** Messages as they were stored. */
  unmasked: boolean;
  quiet: boolean;
}

export const errors = defineCommand({
  words: "errors",
  describe: "errors, warnings and filter results of a window",
  details: [
    "Prints the entries of the action log that were logged in the window, each tied to its submission, item, sender and receiver through the " +
      "lineage: the rows of a run's errors.csv, oldest first. With --group, messages that differ only in values are one row, as in " +
      "error-groups.csv, most frequent first. Values in messages are masked (docs/masking.md).",
    "The log is streamed: memory does not grow with its rows. json is one object a line.",
  ],
  examples: [
    ["errors --group", "yesterday's, folded"],
    ["errors --sender acme-labs.default --format csv", "one sender's rows"],
    ["errors --last week --code INVALID_MSG_CONDITION_MAPPING --group", "a week's codes without a condition"],
    ["errors --receiver ca-dph --json", "what concerns the receivers of one organization, for a program"],
  ],
  options: {
    ...windowOptions,
    sender: { type: "text", value: "NAME", describe: "only of this sender, org.client, or all of an organization" },
    receiver: {
      type: "text",
      value: "NAME",
      describe: "only of this receiver, org.service, or all of an organization",
    },
    code: { type: "text", value: "CODE", describe: "only entries with this error code, such as INVALID_MSG_PARSE" },
    group: { type: "flag", group: "Output", describe: "fold messages that differ only in values" },
    format: {
      type: "text",
      value: "FORMAT",
      choices: ERROR_FORMATS,
      group: "Output",
      describe: "how the rows are printed",
      otherwise: "table on a terminal, csv elsewhere",
    },
    json: { ...jsonOption.json, describe: "the same as --format json; errors as JSON on stderr too" },
    unmasked: {
      type: "flag",
      group: "Output",
      describe: "print fields and messages as they were stored, values and all",
    },
    ...connectionOptions,
    ...commonOptions,
  },
  async run(args, context) {
    const { date, from, to, last, sender, receiver, code, group, json, unmasked, quiet } = args;
    if (json && args.format !== undefined && args.format !== "json") {
      throw new UsageError(`--json and --format ${args.format} contradict each other`);
    }
    if (group && unmasked) {
      throw new UsageError("--group and --unmasked contradict each other", {
        hint: "groups fold messages by what is left when their values are masked",
      });
    }
    const { config, connection } = await readSettings(args, context);
    const { resolveWindow } = await import("../time/window.ts");
    const window = resolveWindow({ date, from, to, last, timeZone: config.timeZone }, context.now() * 1000);
    const format = json ? "json" : args.format;
    const { errorsCommand } = await import("../errors-report/command.ts");
    const options = { config, connection, window, sender, receiver, code, group, format, unmasked, quiet };
    return errorsCommand(options, context);
  },
});
