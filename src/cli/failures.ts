import type { Config } from "../config/schema.ts";
import { UsageError } from "../errors.ts";
import type { Window } from "../time/window.ts";
import { defineCommand } from "./command.ts";
import { commonOptions, connectionOptions, jsonOption, windowOptions } from "./options.ts";
import { type ConnectionSources, readSettings } from "./settings.ts";

/** The states of a last-mile failure, as the option spells them. */
export const FAILURE_STATES = ["open", "resent", "recovered", "maybe-delivered"] as const;

/** What `failuresCommand` is handed. */
export interface FailuresOptions {
  config: Config;
  connection: ConnectionSources;
  /** Failures seen in it; undefined for the last `days`. */
  window: Window | undefined;
  /** Whole local days before today, and today so far. */
  days: number;
  /** `org.service`, or an organization for all of its receivers. */
  receiver: string | undefined;
  state: (typeof FAILURE_STATES)[number] | undefined;
  resendScript: boolean;
  /** Microseconds; undefined for the database's clock. */
  asOf: number | undefined;
  json: boolean;
}

export const failures = defineCommand({
  words: "failures",
  describe: "last-mile failures, and what became of them",
  details: [
    "Lists the files whose sending failed for good, by receiver: open (nobody has sent it since), resent (an operator asked, and " +
      "it is not sent yet), recovered (sent or fetched since) or maybe delivered (the failure itself shows that the upload worked). " +
      "What cannot be tied to a file is listed too. Times are in the configured zone, which the first line names; errors are masked.",
    "--resend-script prints a request for each open failure that can be sent again, for an operator to look through and run, and " +
      "never sends one. For every other failure a comment says why there is no request: what may have been delivered would arrive twice.",
  ],
  examples: [
    ["failures", "the last fifteen days"],
    ["failures --days 3 --state open", "what is open of three days"],
    ["failures --receiver oh-odh.elr --json", "one receiver's, for a program"],
    ["failures --date 2026-11-20", "failures seen on one day, and what became of them until now"],
    ["failures --resend-script > resend.txt", "the requests that would send open ones again"],
  ],
  options: {
    days: {
      type: "text",
      value: "N",
      group: "Window",
      describe: "so many local days before today, and today so far",
      otherwise: "15, unless a window is given",
    },
    ...windowOptions,
    receiver: { type: "text", value: "NAME", describe: "only this receiver, org.service, or all of an organization" },
    state: { type: "text", value: "STATE", choices: FAILURE_STATES, describe: "only failures in this state" },
    "resend-script": {
      type: "flag",
      group: "Output",
      describe: "print the requests that would send open failures again; nothing is sent",
    },
    "as-of": {
      type: "text",
      value: "INSTANT",
      group: "Window",
      describe: "take this instant for now",
      otherwise: "the database's clock",
    },
    ...jsonOption,
    ...connectionOptions,
    ...commonOptions,
  },
  async run(args, context) {
    const { receiver, state, resendScript, json } = args;
    if (json && resendScript) {
      throw new UsageError("--json and --resend-script contradict each other", {
        hint: "the requests are lines of text; --json lists the failures",
      });
    }
    const given = [args.date, args.from, args.to, args.last].some((value) => value !== undefined);
    if (given && args.days !== undefined) {
      throw new UsageError("--days and a window contradict each other", { hint: "give one of the two" });
    }
    const days = wholeDays(args.days ?? "15");
    const { config, connection } = await readSettings(args, context);
    const { readAsOf } = await import("./as-of.ts");
    const { resolveWindow } = await import("../time/window.ts");
    const { date, from, to, last } = args;
    const now = context.now() * 1000;
    const asOf = await readAsOf(args.asOf);
    const window = given ? resolveWindow({ date, from, to, last, timeZone: config.timeZone }, now) : undefined;
    const { failuresCommand } = await import("../failures/command.ts");
    return failuresCommand({ config, connection, window, days, receiver, state, resendScript, asOf, json }, context);
  },
});

function wholeDays(text: string): number {
  if (/^[0-9]{1,4}$/.test(text) && Number(text) <= 3650) return Number(text);
  throw new UsageError(`--days ${text} is not a number of days`, { hint: "write --days 15; 0 is today so far" });
}
