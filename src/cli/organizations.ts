import { UsageError } from "../errors.ts";
import { defineCommand } from "./command.ts";
import { listingOptions, readListing, wholeNumber } from "./organizations-options.ts";

export const organizations = defineCommand({
  words: "organizations",
  describe: "who sends and receives: the settings, as they are or as they were",
  details: [
    "Lists organizations with their senders and receivers: topic, format, status, transport's type, schedule in words with the next " +
      "batch on the receiver's own clock, filters, and the last traffic. One name shows its filters in full. With --at, what was " +
      "in force when that day ended, from the versions that the database keeps.",
    "Only these members of a setting are read from the database: hosts, paths, credentials, headers and keys never are. What is odd, " +
      "such as two active rows of one name, is told on stderr.",
    "An organization that is named like a command of this group is asked for as `organizations -- keys`.",
  ],
  examples: [
    ["organizations", "everybody, now"],
    ["organizations ca-dph", "one organization, its filters in full"],
    ["organizations oh-odh.elr --at 2025-02-13", "one receiver as it was set at the end of that day"],
    ["organizations --format csv > organizations.csv", "for a spreadsheet"],
  ],
  positionals: { name: { describe: "an organization, or one sender or receiver; all without it", optional: true } },
  options: {
    at: {
      type: "text",
      value: "DATE",
      group: "Window",
      describe: "as it was when this local day ended, or at an instant",
    },
    "traffic-days": {
      type: "text",
      value: "N",
      group: "Window",
      describe: "look so many days back for the last traffic; 0 for not at all",
      otherwise: "30",
    },
    ...listingOptions,
  },
  async run(args, context) {
    const trafficDays = wholeNumber("--traffic-days", args.trafficDays ?? "30", 3650);
    const options = await readListing(args, context);
    const at = args.at === undefined ? undefined : await endOf(args.at, options.config.timeZone);
    const { organizationsCommand } = await import("../organizations/command.ts");
    return organizationsCommand({ ...options, name: args.name, at, trafficDays }, context);
  },
});

/** The end of a local day, or an instant as it is. */
async function endOf(text: string, timeZone: string): Promise<number> {
  const { Temporal } = await import("temporal-polyfill");
  const { parseInstant } = await import("../time/instant.ts");
  const { toMicros } = await import("../time/zone.ts");
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
      return toMicros(Temporal.PlainDate.from(text).add({ days: 1 }).toZonedDateTime(timeZone));
    }
  } catch {
    // A day that no calendar has is told below.
  }
  throw new UsageError(`--at ${text} is neither a day of the calendar nor an instant`, {
    hint: "write 2026-11-20 or 2026-11-20T14:00:00Z",
  });
}
