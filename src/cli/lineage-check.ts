import type { Config } from "../config/schema.ts";
import { UsageError } from "../errors.ts";
import type { Window } from "../time/window.ts";
import { defineCommand } from "./command.ts";
import { commonOptions, connectionOptions, jsonOption, queriesOption, windowOptions } from "./options.ts";
import { type ConnectionSources, readSettings } from "./settings.ts";

/** What `lineageCheckCommand` is handed. */
export interface LineageCheckOptions {
  config: Config;
  connection: ConnectionSources;
  window: Window;
  /** Of each kind of fault, that many are named. */
  examples: number;
  json: boolean;
}

export const lineageCheck = defineCommand({
  words: "lineage check",
  describe: "look for what a lineage should not have: orphans, circles, edges that explode, counts that disagree",
  details: [
    "Looks at the reports written in the window, yesterday unless another is given, their tasks and both lineages: tasks without " +
      "a report and reports without a task or a parent; reports made of each other; items that come from several items, as when " +
      "every child is tied to every parent; edges that name a position beyond the items; numbers of items that disagree with the " +
      "edges; edges that were written twice. Each with its count and some examples.",
    "Two habits of ReportStream are told and are no faults: edges that downloads wrote again, and submissions in which more items " +
      "were found than counted at first. Ends with 1 when there are faults, else with 0.",
  ],
  examples: [
    ["lineage check", "yesterday"],
    ["lineage check --last week", "the last week that is over"],
    ["lineage check --date 2026-11-20 --json", "one day, for a program"],
  ],
  options: {
    ...windowOptions,
    examples: { type: "text", value: "N", describe: "name that many of each kind", otherwise: "5" },
    ...jsonOption,
    ...connectionOptions,
    ...queriesOption,
    ...commonOptions,
  },
  async run(args, context) {
    const { date, from, to, last, json } = args;
    if (args.examples !== undefined && !/^[0-9]{1,6}$/.test(args.examples)) {
      throw new UsageError(`--examples ${args.examples} is not a whole number`);
    }
    const { config, connection } = await readSettings(args, context);
    const { resolveWindow } = await import("../time/window.ts");
    const window = resolveWindow({ date, from, to, last, timeZone: config.timeZone }, context.now() * 1000);
    const { lineageCheckCommand } = await import("../lineage-check/command.ts");
    const examples = Number(args.examples ?? "5");
    return lineageCheckCommand({ config, connection, window, examples, json }, context);
  },
});
