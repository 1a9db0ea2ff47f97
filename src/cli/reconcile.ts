import { UsageError } from "../errors.ts";
import { KEY_KINDS } from "../reconcile/values.ts";
import { readAsOf } from "./as-of.ts";
import { defineCommand } from "./command.ts";
import { commonOptions, connectionOptions, jsonOption, queriesOption, windowOptions } from "./options.ts";
import { readSettings } from "./settings.ts";
import { readSince } from "./since.ts";
import { fileArguments, fileOptions } from "./tables/shared.ts";

export const reconcile = defineCommand({
  words: "reconcile",
  describe: "somebody's list of ids or file names against ours: matched, only theirs, only ours",
  details: [
    "Compares a column of a list (CSV of any delimiter, or an .xlsx workbook) with what a sender submitted in a window, or with what a " +
      "receiver was handed or fetched in it: by report id, submission number, tracking id or file name. Each of ours has its outcome, reason " +
      "and who must act; each of theirs that is not in the window is looked up by key, and is only theirs but known, with its time, " +
      "where it is one of the same sender's or receiver's. Rows of anybody else are neither compared nor told.",
    "What the values are is found out and said; --kind decides otherwise. Blanks, quotes, apostrophes, a UUID's case and folders in front of a " +
      "name do not matter, and are counted. Ids that differ in letter case or lost zeros stay apart, and the row says which of theirs is " +
      "nearly the same. The sums of both sides add up, and the answer shows that they do.",
    "Ends with 0 when everything matched, with 1 when there are differences. A list of a million ids takes some 200 MB on top of a day's lineage.",
  ],
  examples: [
    [
      "reconcile --file march.csv --key message_id --sender acme-labs.default --last month",
      "a lab's own list against what it submitted",
    ],
    [
      "reconcile --file nbs.xlsx --key 3 --receiver tn-doh.elr --date 2026-11-20",
      "a state's third column against what it was sent",
    ],
    [
      "reconcile --file - --key file --kind file --receiver tn-doh --format csv",
      "file names from a pipe, each row as CSV",
    ],
  ],
  options: {
    file: { type: "text", value: "FILE", group: "File", describe: "their list, CSV or .xlsx; - for stdin" },
    key: {
      type: "text",
      value: "COLUMN",
      group: "File",
      describe: "the column that holds the ids, by its name or its number from 1",
      otherwise: "the only one there is",
    },
    headerless: { type: "flag", group: "File", describe: "the first line is a value, too, and not the columns' names" },
    kind: {
      type: "text",
      value: "KIND",
      choices: KEY_KINDS,
      describe: "what the values are: file is the sender's own name of a file, or the delivered one of a receiver",
      otherwise: "found out from the first 200 values, and said",
    },
    sender: {
      type: "text",
      value: "NAME",
      describe: "compare with this sender's submissions, org.client, or all of an organization",
    },
    receiver: {
      type: "text",
      value: "NAME",
      describe: "compare with this receiver's files, org.service, or all of an organization",
    },
    ...windowOptions,
    "as-of": {
      type: "text",
      value: "INSTANT",
      group: "Window",
      describe: "judge what is late as of this instant",
      otherwise: "the database's clock",
    },
    since: {
      type: "text",
      value: "WHEN",
      group: "Window",
      describe: "search file names that are only theirs from this local date or instant on",
      otherwise: "60 days before the window, as long as files are kept",
    },
    ...fileOptions,
    sheet: { ...fileOptions.sheet, otherwise: "the only one" },
    format: {
      type: "text",
      value: "FORMAT",
      choices: ["text", "csv", "json"],
      group: "Output",
      describe: "how the result is printed: the sums and the first differences, or every row",
      otherwise: "text",
    },
    json: { ...jsonOption.json, describe: "the same as --format json; errors as JSON on stderr too" },
    out: {
      type: "text",
      value: "FILE",
      group: "Output",
      describe: "a file instead of stdout, there whole or not at all",
    },
    ...connectionOptions,
    ...queriesOption,
    ...commonOptions,
  },
  async run(args, context) {
    const { file, key, headerless, kind, sender, receiver, date, from, to, last, json, out, quiet } = args;
    if (file === undefined) {
      throw new UsageError("there is no list to compare with", { hint: "name it: --file THEIRS.csv, or - for stdin" });
    }
    if ((sender === undefined) === (receiver === undefined)) {
      throw new UsageError("a list is compared with one --sender or one --receiver", {
        hint: "write --sender acme-labs.default, or --receiver ca-dph.elr",
      });
    }
    if (receiver !== undefined && kind === "submission") {
      throw new UsageError("a receiver's files have no submission numbers", {
        hint: "--kind report, tracking or file",
      });
    }
    if (json && args.format !== undefined && args.format !== "json") {
      throw new UsageError(`--json and --format ${args.format} contradict each other`);
    }
    const subject =
      sender === undefined
        ? ({ kind: "receiver", name: receiver ?? "" } as const)
        : ({ kind: "sender", name: sender } as const);
    const { config, connection } = await readSettings({ ...args, out: undefined }, context);
    const { resolveWindow } = await import("../time/window.ts");
    const { timeZone } = config;
    const window = resolveWindow({ date, from, to, last, timeZone }, context.now() * 1000);
    const asOf = await readAsOf(args.asOf);
    const since = await readSince(args.since, timeZone);
    const { reconcileCommand } = await import("../reconcile/command.ts");
    return reconcileCommand(
      {
        ...{ config, connection, subject, window, asOf, since, kind, out, quiet },
        list: { file, key, headerless, options: fileArguments(args) },
        format: json ? "json" : (args.format ?? "text"),
      },
      context,
    );
  },
});
