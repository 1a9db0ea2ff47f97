import { UsageError } from "../errors.ts";
import { readAsOf } from "./as-of.ts";
import { defineCommand } from "./command.ts";
import {
  commonOptions,
  connectionOptions,
  folderOptions,
  jsonOption,
  templatesOption,
  windowOptions,
} from "./options.ts";
import { readSettings } from "./settings.ts";

export const proof = defineCommand({
  words: "proof",
  describe: "printable evidence of what a sender submitted, or a receiver was delivered",
  details: [
    "Writes a folder with a page that prints well and a CSV file: one row for each submission (or delivery) with report id, time with zone, " +
      "file, items and what became of them by receiver; totals intended, delivered and percent; errors with first and last seen; and " +
      "what is not known. Sums are those of `run` for the same window and time. `verify` proves the folder.",
    "The window is read a day at a time, so that a quarter needs no more memory than a day. The folder is proofs/ in the folder of the runs.",
  ],
  examples: [
    ["proof --sender acme-labs.default --from 2025-01-01 --to 2025-03-31", "a quarter of one sender's submissions"],
    ["proof --receiver ca-dph --last month", "what all receivers of an organization were delivered last month"],
  ],
  options: {
    sender: { type: "text", value: "NAME", describe: "this sender, org.client, or all of an organization" },
    receiver: { type: "text", value: "NAME", describe: "this receiver, org.service, or all of an organization" },
    ...windowOptions,
    "as-of": {
      type: "text",
      value: "INSTANT",
      group: "Window",
      describe: "judge what is late as of this instant",
      otherwise: "the database's clock",
    },
    ...folderOptions,
    ...templatesOption,
    ...jsonOption,
    ...connectionOptions,
    ...commonOptions,
  },
  async run(args, context) {
    const { sender, receiver, date, from, to, last, force, json, quiet } = args;
    if ((sender === undefined) === (receiver === undefined)) {
      throw new UsageError("a proof is about one --sender or one --receiver", {
        hint: "write --sender acme-labs.default, or --receiver ca-dph.elr",
      });
    }
    const subject =
      sender === undefined
        ? ({ kind: "receiver", name: receiver ?? "" } as const)
        : ({ kind: "sender", name: sender } as const);
    const { config, connection } = await readSettings(args, context);
    const { resolveWindow } = await import("../time/window.ts");
    const { timeZone } = config;
    const window = resolveWindow({ date, from, to, last, timeZone }, context.now() * 1000);
    const asOf = await readAsOf(args.asOf);
    const { proofCommand } = await import("../proof/command.ts");
    return proofCommand({ config, connection, subject, window, asOf, force, json, quiet }, context);
  },
});
