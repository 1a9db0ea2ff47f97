import { defineCommand } from "./command.ts";
import { windowOptions } from "./options.ts";
import { listingOptions, readListing, readWindow, wholeNumber } from "./organizations-options.ts";

export const connections = defineCommand({
  words: "connections",
  describe: "checks of receivers' connections: who is down, since when, and what waits",
  details: [
    "Lists each receiver with its last check: down since when, how many checks have failed in a row, the last success, what kind of error, " +
      "files that wait to be sent, files that failed since and are still open, and outages before in the time that is read. Checks of " +
      "older versions of a setting count by the receiver's name.",
    "ReportStream checks active receivers with SFTP or REST only; for every other receiver the list says why there are no checks. A REST " +
      "check counts most errors as success, so that up says less there.",
  ],
  examples: [
    ["connections", "every receiver, by checks of the last 90 days"],
    ["connections --down", "only those whose last check failed"],
    ["connections --from 2025-02-01 --to 2025-02-28 --json", "as the checks of a month say, for a program"],
  ],
  options: {
    down: { type: "flag", describe: "only receivers whose last check failed" },
    days: {
      type: "text",
      value: "N",
      group: "Window",
      describe: "read the checks of so many days before now",
      otherwise: "90, unless a window is given",
    },
    ...windowOptions,
    ...listingOptions,
  },
  async run(args, context) {
    const days = wholeNumber("--days", args.days ?? "90", 3650);
    const options = await readListing(args, context);
    const window = await readWindow(args, args.days, options.config.timeZone, context);
    const { connectionsCommand } = await import("../connections/command.ts");
    return connectionsCommand({ ...options, window, days, down: args.down }, context);
  },
});
