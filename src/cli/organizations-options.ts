import { UsageError } from "../errors.ts";
import type { Period, Window } from "../time/window.ts";
import type { Context } from "./context.ts";
import { commonOptions, connectionOptions, jsonOption, windowOptions } from "./options.ts";
import { readSettings, type SettingArguments } from "./settings.ts";

const FORMATS = ["table", "csv", "json"] as const;

/** How a listing is printed, beside --json. */
export const listingOptions = {
  format: {
    type: "text",
    value: "FORMAT",
    choices: FORMATS,
    group: "Output",
    describe: "how the result is printed",
    otherwise: "table on a terminal, csv elsewhere",
  },
  json: { ...jsonOption.json, describe: "the same as --format json; errors as JSON on stderr too" },
  "as-of": {
    type: "text",
    value: "INSTANT",
    group: "Window",
    describe: "take this instant for now",
    otherwise: "the database's clock",
  },
  "time-zone": windowOptions["time-zone"],
  ...connectionOptions,
  ...commonOptions,
} as const;

interface ListingArguments extends SettingArguments {
  readonly format: (typeof FORMATS)[number] | undefined;
  readonly json: boolean;
  readonly asOf: string | undefined;
}

/** What the arguments of `listingOptions` mean. @throws UsageError, ConfigError */
export async function readListing(args: ListingArguments, context: Context) {
  if (args.json && args.format !== undefined && args.format !== "json") {
    throw new UsageError(`--json and --format ${args.format} contradict each other`);
  }
  const { config, connection } = await readSettings(args, context);
  const { readAsOf } = await import("./as-of.ts");
  const format = args.json ? ("json" as const) : args.format;
  return { config, connection, format, asOf: await readAsOf(args.asOf) };
}

export function wholeNumber(option: string, text: string, most: number): number {
  if (/^[0-9]{1,6}$/.test(text) && Number(text) <= most) return Number(text);
  throw new UsageError(`${option} ${text} is not a whole number up to ${most}`);
}

/** The window that is asked for; undefined where none is, and `--days` holds. @throws UsageError where both are given */
export async function readWindow(
  args: { date?: string | undefined; from?: string | undefined; to?: string | undefined; last?: Period | undefined },
  days: string | undefined,
  timeZone: string,
  context: Context,
): Promise<Window | undefined> {
  const { date, from, to, last } = args;
  if ([date, from, to, last].every((value) => value === undefined)) return undefined;
  if (days !== undefined) {
    throw new UsageError("--days and a window contradict each other", { hint: "give one of the two" });
  }
  const { resolveWindow } = await import("../time/window.ts");
  return resolveWindow({ date, from, to, last, timeZone }, context.now() * 1000);
}
