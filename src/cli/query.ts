import type { Config } from "../config/schema.ts";
import { UsageError } from "../errors.ts";
import { defineCommand } from "./command.ts";
import { commonOptions, connectionOptions, jsonOption, queriesOption, windowOptions } from "./options.ts";
import { type ConnectionSources, readSettings } from "./settings.ts";

export type QueryFormat = "csv" | "json" | "table";

/** What `queryCommand` is handed. */
export interface QueryOptions {
  config: Config;
  connection: ConnectionSources;
  /** Undefined to list the queries. */
  name: string | undefined;
  /** Values by the parameter's name, as text. */
  params: ReadonlyMap<string, string>;
  /** Undefined for a table on a terminal and CSV elsewhere. */
  format: QueryFormat | undefined;
  quiet: boolean;
}

export const query = defineCommand({
  words: "query",
  describe: "run one of the queries ad hoc, or list them",
  details: [
    "Without a name it lists the queries with their titles; docs/queries.md describes each one's rows and parameters. The " +
      "query runs in a read-only transaction.",
    "An instant is written with its zone, as 2026-11-20T14:00:00Z, or as a local date of the time zone, where an end that is a " +
      "date includes that day. A query of a window that is given neither end is run for yesterday. A parameter that is not given " +
      "is null, which the queries read as no limit.",
    "json is one object a line. Cells of csv are guarded against spreadsheet formulas.",
  ],
  examples: [
    ["query", "the queries that there are"],
    ["query submissions", "yesterday's submissions, as a table on a terminal and as CSV elsewhere"],
    ["query submissions --param from=2026-11-16 --param to=2026-11-22 --format csv", "a week's, as CSV"],
    ["query submissions --param organization=ca-dph --json", "one organization's, as JSON lines"],
    ["query facilities --queries ./my-queries", "a query of your own"],
  ],
  positionals: { name: { describe: "the query; none lists them", optional: true } },
  options: {
    param: {
      type: "list",
      value: "NAME=VALUE",
      describe: "a parameter of the query; may be given several times",
    },
    format: {
      type: "text",
      value: "FORMAT",
      choices: ["csv", "json", "table"] as const satisfies readonly QueryFormat[],
      group: "Output",
      describe: "how the rows are printed",
      otherwise: "table on a terminal, csv elsewhere",
    },
    json: { ...jsonOption.json, describe: "the same as --format json; errors as JSON on stderr too" },
    ...queriesOption,
    "time-zone": windowOptions["time-zone"],
    ...connectionOptions,
    ...commonOptions,
  },
  async run(args, context) {
    const params = readParams(args.param);
    if (args.json && args.format !== undefined && args.format !== "json") {
      throw new UsageError(`--json and --format ${args.format} contradict each other`);
    }
    const { config, connection } = await readSettings(args, context);
    const format = args.json ? "json" : args.format;
    const { queryCommand } = await import("../query/command.ts");
    return queryCommand({ config, connection, name: args.name, params, format, quiet: args.quiet }, context);
  },
});

function readParams(pairs: readonly string[]): ReadonlyMap<string, string> {
  const params = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals);
    if (equals < 1) {
      throw new UsageError(`--param ${pair} is not NAME=VALUE`, { hint: "write --param organization=ca-dph" });
    }
    if (params.has(name)) throw new UsageError(`--param ${name} is given twice`);
    params.set(name, pair.slice(equals + 1));
  }
  return params;
}
