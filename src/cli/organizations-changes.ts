import { defineCommand } from "./command.ts";
import { windowOptions } from "./options.ts";
import { listingOptions, readListing } from "./organizations-options.ts";

export const organizationsChanges = defineCommand({
  words: "organizations changes",
  describe: "which settings changed, when, by whom, and the traffic before and after",
  details: [
    "Lists the versions of settings that were written in the window: created, changed or deleted, with the members that differ from the " +
      "version before, two levels deep (transport.host), and never a value: they are compared inside the database. Beside each " +
      "change stands the traffic of its sender or receiver in the 48 hours before and after.",
  ],
  examples: [
    ["organizations changes", "yesterday's"],
    ["organizations changes --last week", "those of the last week that is over"],
    ["organizations changes or-phd --from 2025-02-01 --to 2025-02-28", "one organization's of a month"],
  ],
  positionals: { name: { describe: "only this organization's settings", optional: true } },
  options: { ...windowOptions, ...listingOptions },
  async run(args, context) {
    const options = await readListing(args, context);
    const { resolveWindow } = await import("../time/window.ts");
    const { date, from, to, last, name } = args;
    const { timeZone } = options.config;
    const window = resolveWindow({ date, from, to, last, timeZone }, context.now() * 1000);
    const { changesCommand } = await import("../organizations/changes-command.ts");
    return changesCommand({ ...options, window, organization: name }, context);
  },
});
