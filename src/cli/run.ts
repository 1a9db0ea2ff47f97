import type { Config } from "../config/schema.ts";
import { UsageError } from "../errors.ts";
import type { Window } from "../time/window.ts";
import { defineCommand } from "./command.ts";
import {
  commonOptions,
  connectionOptions,
  folderOptions,
  jsonOption,
  organizationOption,
  queriesOption,
  templatesOption,
  windowOptions,
} from "./options.ts";
import { type ConnectionSources, readSettings } from "./settings.ts";

/** What `runCommand` is handed. */
export interface RunOptions {
  config: Config;
  window: Window;
  /** Only these; empty for all. */
  organizations: readonly string[];
  connection: ConnectionSources;
  /** Replace the window's folder if it is there. */
  force: boolean;
  /** Print the plan and do nothing. */
  dryRun: boolean;
  /** Messages of the action log as they were stored, in the operators' errors.csv; the organizations' files stay masked. */
  unmasked: boolean;
  /** Judge what is late as of this instant, microseconds; undefined for the database's clock. */
  asOf: number | undefined;
  json: boolean;
  quiet: boolean;
}

export const run = defineCommand({
  words: "run",
  describe: "write the reports of a window: CSV files, pages and a manifest",
  details: [
    "Covers the submissions received in the window, yesterday unless another is given, and the files delivered and the " +
      "failures seen in it. Days are whole local days of the time zone, however long the clock change makes them; a window " +
      "that is not over is refused. Everything comes from one read-only snapshot of the database.",
    "The folder is OUT/2026-11-20 for a day, OUT/2026-11-16_2026-11-22 for several, and appears whole or not at all. A " +
      "window that has its folder is not run again without --force.",
  ],
  examples: [
    ["run", "yesterday, in the configured time zone"],
    ["run --date 2026-11-20", "one day"],
    ["run --from 2026-11-16 --to 2026-11-22", "several days, the 22nd included"],
    ["run --last week --time-zone America/Chicago", "the last week from Monday to Sunday, by Chicago's clock"],
    ["run --from 2026-11-20T14:00:00Z --to now", "since an instant"],
    ["run --organization ca-dph --dry-run", "what a run for one organization would write"],
    ["run --last month --memory 400", "a month on a small machine, read in slices"],
  ],
  options: {
    ...windowOptions,
    ...organizationOption,
    "dry-run": {
      type: "flag",
      group: "Output",
      describe: "print the plan (window, organizations, files, estimated rows, slices) and write nothing",
    },
    memory: {
      type: "text",
      value: "MB",
      describe:
        "stay below so many megabytes of resident memory: a window too large for them is read in slices, which takes longer and gives " +
        "the same files",
      otherwise: "memory of the configuration, else no limit",
    },
    unmasked: {
      type: "flag",
      group: "Output",
      describe:
        "write messages of the action log as stored, values and all, in the operators' errors.csv only, and the manifest says so",
    },
    "as-of": {
      type: "text",
      value: "INSTANT",
      group: "Window",
      describe: "judge what is late as of this instant, to repeat a run on restored data",
      otherwise: "the database's clock",
    },
    ...folderOptions,
    ...jsonOption,
    ...connectionOptions,
    ...queriesOption,
    ...templatesOption,
    ...commonOptions,
  },
  async run(args, context) {
    // Loaded while the settings are read; whatever they say of it is heard below.
    const loading = import("../run/command.ts");
    const { config, connection } = await readSettings(args, context);
    const { resolveWindow } = await import("../time/window.ts");
    const { parseInstant } = await import("../time/instant.ts");
    const { date, from, to, last, force, dryRun, json, quiet, unmasked } = args;
    const asOf = args.asOf === undefined ? undefined : parseInstant(args.asOf);
    if (args.asOf !== undefined && asOf === undefined) {
      throw new UsageError(`--as-of ${args.asOf} is not an instant`, { hint: "write 2026-11-20T14:00:00Z" });
    }
    const window = resolveWindow({ date, from, to, last, timeZone: config.timeZone }, context.now() * 1000);
    const { runCommand } = await loading;
    const organizations = args.organization;
    return runCommand(
      { config, window, organizations, connection, force, dryRun, unmasked, asOf, json, quiet },
      context,
    );
  },
});
