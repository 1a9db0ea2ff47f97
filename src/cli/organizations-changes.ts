import { defineCommand } from "./command.ts";
import { folderOptions, windowOptions } from "./options.ts";
import { listingOptions, readListing, wholeNumber } from "./organizations-options.ts";

export const organizationsChanges = defineCommand({
  words: "organizations changes",
  describe: "which settings changed, when, by whom, and the traffic before and after",
  details: [
    "Lists the versions of settings that were written in the window: created, changed or deleted, with the members that differ from the " +
      "version before, two levels deep (transport.host), and never a value: they are compared inside the database. Beside each " +
      "change stands the traffic of its sender or receiver in the 48 hours before and after.",
    "--pairs lists senders and receivers whose first traffic with each other lies in the window, each with the change of a setting that can " +
      "explain it. It costs the lineage of the window and, as long as a pair is still unseen, of up to --look-back days before; earlier runs of " +
      "single days in --out count as well. The answer says what was looked at. With --pairs, CSV has the pairs instead of the changes.",
  ],
  examples: [
    ["organizations changes", "yesterday's"],
    ["organizations changes --last week", "those of the last week that is over"],
    ["organizations changes --pairs", "yesterday's, and pairs that were not there in the week before"],
    ["organizations changes or-phd --from 2025-02-01 --to 2025-02-28", "one organization's of a month"],
  ],
  positionals: { name: { describe: "only this organization's settings", optional: true } },
  options: {
    pairs: { type: "flag", describe: "look for new sender-to-receiver pairs too" },
    "look-back": {
      type: "text",
      value: "DAYS",
      describe: "with --pairs, how many days before the window are read for earlier traffic of a pair",
      otherwise: "7",
    },
    out: { ...folderOptions.out, describe: "the folder of the runs, whose pairs count as seen" },
    ...windowOptions,
    ...listingOptions,
  },
  async run(args, context) {
    const options = await readListing(args, context);
    const { resolveWindow } = await import("../time/window.ts");
    const { date, from, to, last, name, pairs, quiet } = args;
    const days = wholeNumber("--look-back", args.lookBack ?? "7", 366);
    const lookBack = pairs ? days : undefined;
    const { timeZone } = options.config;
    const window = resolveWindow({ date, from, to, last, timeZone }, context.now() * 1000);
    const { changesCommand } = await import("../organizations/changes-command.ts");
    return changesCommand({ ...options, window, organization: name, lookBack, quiet }, context);
  },
});
