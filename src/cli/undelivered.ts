import type { Config } from "../config/schema.ts";
import type { Window } from "../time/window.ts";
import { defineCommand } from "./command.ts";
import { commonOptions, connectionOptions, jsonOption, windowOptions } from "./options.ts";
import { type ConnectionSources, readSettings } from "./settings.ts";

/** What the lines of the waterfall can be broken down by. */
export const BREAKDOWNS = ["reason", "sender", "receiver"] as const;

export type Breakdown = (typeof BREAKDOWNS)[number];

/** What `undeliveredCommand` is handed. */
export interface UndeliveredOptions {
  config: Config;
  connection: ConnectionSources;
  window: Window;
  /** `org.client`, or an organization for all of its senders. */
  sender: string | undefined;
  /** `org.service`, or an organization for all of its receivers. */
  receiver: string | undefined;
  /** Senders whose submissions are left out, and counted: those that only test. */
  leaveOut: readonly string[];
  by: Breakdown;
  /** Microseconds; undefined for the database's clock. */
  asOf: number | undefined;
  json: boolean;
  quiet: boolean;
}

export const undelivered = defineCommand({
  words: "undelivered",
  describe: "the waterfall of a window, with reasons: what was received and what became of it",
  details: [
    "Prints how the items received in the window split up: rejected, unrouted, filtered, waiting, retrying, stuck, failed, " +
      "downloaded and delivered, which add up. Two counts are printed and never mixed: by item (each item once, by its worst open " +
      "outcome) and by item and receiver (as in items.csv). Below, what was not delivered by reason, with who must act, or every outcome by sender or " +
      "by receiver; then what is left out by rule, with its count.",
    "With --by receiver an item counts, in the count by item, for the receiver at which it has its worst open outcome. Ends with 1 if a " +
      "sum does not add up. Writes no files.",
  ],
  examples: [
    ["undelivered", "yesterday, by reason"],
    ["undelivered --last week --by receiver", "the last week, a line for each receiver"],
    ["undelivered --date 2026-11-20 --sender acme-labs.default", "one sender's day"],
    ["undelivered --leave-out test-lab --json", "without what a test sender submitted, for a program"],
  ],
  options: {
    ...windowOptions,
    by: {
      type: "text",
      value: "WHAT",
      choices: BREAKDOWNS,
      group: "Output",
      describe: "what the lines are broken down by",
      otherwise: "reason",
    },
    sender: { type: "text", value: "NAME", describe: "only this sender, org.client, or all of an organization" },
    receiver: { type: "text", value: "NAME", describe: "only this receiver, org.service, or all of an organization" },
    "leave-out": {
      type: "list",
      value: "NAME",
      describe:
        "leave out this sender (org.client or an organization) too, such as one that tests; what is left out is counted",
      otherwise: "testSenders of the configuration",
    },
    "as-of": {
      type: "text",
      value: "INSTANT",
      group: "Window",
      describe: "judge what is late as of this instant",
      otherwise: "the database's clock",
    },
    ...jsonOption,
    ...connectionOptions,
    ...commonOptions,
  },
  async run(args, context) {
    const { config, connection } = await readSettings(args, context);
    const { resolveWindow } = await import("../time/window.ts");
    const { readAsOf } = await import("./as-of.ts");
    const { date, from, to, last, sender, receiver, by = "reason", json, quiet } = args;
    const leaveOut = [...new Set([...(config.testSenders ?? []), ...args.leaveOut])];
    const window = resolveWindow({ date, from, to, last, timeZone: config.timeZone }, context.now() * 1000);
    const asOf = await readAsOf(args.asOf);
    const { undeliveredCommand } = await import("../undelivered/command.ts");
    const options = { config, connection, window, sender, receiver, leaveOut, by, asOf, json, quiet };
    return undeliveredCommand(options, context);
  },
});
