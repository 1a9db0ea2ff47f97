import type { Config } from "../config/schema.ts";
import { UsageError } from "../errors.ts";
import type { GraphRequest } from "../trace/trace.ts";
import { readAsOf } from "./as-of.ts";
import { defineCommand } from "./command.ts";
import type { Context } from "./context.ts";
import {
  commonOptions,
  connectionOptions,
  jsonOption,
  queriesOption,
  templatesOption,
  windowOptions,
} from "./options.ts";
import { type ConnectionSources, readSettings } from "./settings.ts";
import { readSince } from "./since.ts";

export type TraceFormat = "text" | "json" | "csv" | "html" | "dot" | "mermaid";

/** What `traceCommand` is handed. */
export interface TraceOptions {
  config: Config;
  connection: ConnectionSources;
  ids: readonly string[];
  /** The texts of the lists. */
  lists: readonly string[];
  /** From 1. */
  item: number | undefined;
  /** The organization whose view it is. */
  as: string | undefined;
  format: TraceFormat;
  graph: GraphRequest | undefined;
  /** Read lineages whole, however large. */
  all: boolean;
  /** Where the search for names begins, microseconds. */
  since: number | undefined;
  asOf: number | undefined;
  /** A file instead of stdout. */
  out: string | undefined;
}

export const trace = defineCommand({
  words: "trace",
  describe: "what happened to a report, submission, item, tracking id or file",
  details: [
    "Takes whatever the caller holds: the id of a report, the number of a submission, the tracking or message id of an item, " +
      "the name of a delivered file, the sender's own name of a file; several of them, in a list (a line or a cell each), with " +
      "blanks and commas around them. Says what each is. What fits several things is listed with what to ask for instead " +
      "(report:ID, report:ID/ITEM, submission:NUMBER, message:ID, file:NAME), and what is not found with where it was looked for.",
    "Names have no index, so that they are searched only among what was written since --since, and only when nothing else has " +
      "the id. A lineage is read as far as its items explain its size, so that a submission of ten thousand items is told whole; " +
      "what is larger is read in part, which the answer says, and --all reads all of it.",
    "dot, mermaid and html draw the lineage both ways unless --up or --down is given; text and json have it when one of them is. " +
      "docs/trace.md describes the JSON.",
    "Ends with 0 when each id is answered, with 3 when some are, with 1 when none is.",
  ],
  examples: [
    ["trace 1a38b375-58e2-4c0e-9d2a-6b1f0c8f4a11", "a report or a message, by its id"],
    ["trace 48213 MN_full-elr-20230920.hl7", "a submission by its number, and a file by its name"],
    ["trace --list ids.csv --format csv", "each id of a list, as rows"],
    ["trace 48213 --item 3 --down", "one item of a submission, and its lineage as a tree"],
    ["trace 48213 --format html --out trace.html", "a page with the lineage drawn"],
    ["trace 48213 --as acme-labs", "only what the sender may see"],
  ],
  positionals: { id: { describe: "what to look for; several may be given", many: true, optional: true } },
  options: {
    list: { type: "list", value: "FILE", describe: "a file of ids, - for stdin; may be given several times" },
    item: { type: "text", value: "N", describe: "only this item of each report, from 1" },
    as: {
      type: "text",
      value: "ORG",
      describe: "only what this organization may see: its own submissions and its own files",
    },
    since: {
      type: "text",
      value: "WHEN",
      describe: "search names from this local date or instant on",
      otherwise: "as long ago as files are kept, 60 days",
    },
    all: { type: "flag", describe: "read lineages whole, however large" },
    up: { type: "flag", group: "Lineage", describe: "show what it was made of" },
    down: { type: "flag", group: "Lineage", describe: "show what it became" },
    siblings: {
      type: "flag",
      group: "Lineage",
      describe: "show what else went into the same files or came out of the same reports",
    },
    depth: {
      type: "text",
      value: "N",
      group: "Lineage",
      describe: "steps from what was asked for that are shown",
      otherwise: "100",
    },
    nodes: {
      type: "text",
      value: "N",
      group: "Lineage",
      describe: "nodes that are shown; the rest is counted",
      otherwise: "500",
    },
    format: {
      type: "text",
      value: "FORMAT",
      choices: ["text", "json", "csv", "html", "dot", "mermaid"] as const satisfies readonly TraceFormat[],
      group: "Output",
      describe: "how the answer is printed",
      otherwise: "text",
    },
    json: { ...jsonOption.json, describe: "the same as --format json; errors as JSON on stderr too" },
    out: {
      type: "text",
      value: "FILE",
      group: "Output",
      describe: "a file instead of stdout, there whole or not at all",
    },
    "as-of": {
      type: "text",
      value: "INSTANT",
      describe: "judge what is late as of this instant, to repeat a trace on restored data",
      otherwise: "the database's clock",
    },
    "time-zone": {
      ...windowOptions["time-zone"],
      group: "Output",
      describe: "the zone in which times are said, by its IANA name",
    },
    ...connectionOptions,
    ...queriesOption,
    ...templatesOption,
    ...commonOptions,
  },
  async run(args, context) {
    const { up, down, siblings, json } = args;
    if (json && args.format !== undefined && args.format !== "json") {
      throw new UsageError(`--json and --format ${args.format} contradict each other`);
    }
    const format = json ? "json" : (args.format ?? "text");
    if (args.as !== undefined && siblings) {
      throw new UsageError("--siblings shows what others sent, which --as must not", { hint: "leave one of them out" });
    }
    if (args.as === "") throw new UsageError("--as needs the name of an organization");
    const item = wholeNumber("--item", args.item);
    const depth = wholeNumber("--depth", args.depth) ?? 100;
    const nodes = wholeNumber("--nodes", args.nodes) ?? 500;
    const drawn = format === "html" || format === "dot" || format === "mermaid";
    const both = !up && !down;
    const graph =
      drawn || up || down || siblings ? { up: up || both, down: down || both, siblings, depth, nodes } : undefined;
    const { config, connection } = await readSettings({ ...args, out: undefined }, context);
    const since = await readSince(args.since, config.timeZone);
    const asOf = await readAsOf(args.asOf);
    const lists = await readLists(args.list, context);
    const { traceCommand } = await import("../trace/command.ts");
    return traceCommand(
      {
        config,
        connection,
        ids: args.id,
        lists,
        item,
        as: args.as,
        format,
        graph,
        all: args.all,
        since,
        asOf,
        out: args.out,
      },
      context,
    );
  },
});

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new UsageError(`${option} ${text} is not a whole number above 0`);
  return Number(text);
}

/** Reading what a user hands over is the command line's own matter: the lists are ids and nothing else. */
async function readLists(files: readonly string[], { stdin, cwd }: Context): Promise<string[]> {
  const { readList } = await import("../trace/list.ts");
  return Promise.all(files.map((file) => readList(file, cwd, stdin)));
}
