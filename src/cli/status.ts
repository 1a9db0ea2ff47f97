import { defineCommand } from "./command.ts";
import { jsonOption } from "./options.ts";
import { listingOptions, readListing, wholeNumber } from "./organizations-options.ts";

const { format: _, json: __, ...options } = listingOptions;

export const status = defineCommand({
  words: "status",
  describe: "the back end at a glance: work in the queue, what is lost, schedules, coverage, sizes",
  details: [
    "Shows the work that waits by step with its oldest, tasks without a report and reports without a task, ReportStream's own mail " +
      "schedules with their next time or their fault, for how many items facility and result are known, months of which a table has " +
      "nothing, sizes and new rows of the tables, and how many used tokens are kept.",
  ],
  examples: [
    ["status", "now, and the last two days"],
    ["status --days 7 --json", "with what was lost in a week, for a program"],
  ],
  options: {
    days: {
      type: "text",
      value: "N",
      group: "Window",
      describe: "look for lost reports, metadata and new rows in so many days before",
      otherwise: "2",
    },
    ...jsonOption,
    ...options,
  },
  async run(args, context) {
    const days = wholeNumber("--days", args.days ?? "2", 3650);
    const { config, connection, asOf } = await readListing({ ...args, format: undefined }, context);
    const { statusCommand } = await import("../status/command.ts");
    return statusCommand({ config, connection, asOf, days, json: args.json }, context);
  },
});
