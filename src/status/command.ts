import type { Context } from "../cli/context.ts";
import { type CommandOptions, printLines, withSnapshot } from "../organizations/environment.ts";
import { limitsOf } from "../run/limits-of.ts";
import { DAY } from "../time/instant.ts";
import { printStatus, statusJson } from "./print.ts";
import { readStatus } from "./read.ts";

export interface StatusOptions extends Omit<CommandOptions, "format"> {
  /** Lost reports, metadata and growth are those of so many days before. */
  days: number;
  json: boolean;
}

/** `lineage-report status`: the tables of the back end at a glance. Returns the exit code. */
export async function statusCommand(options: StatusOptions, context: Context): Promise<number> {
  const { config, days, json } = options;
  return withSnapshot(options, context, "status", async (snapshot, catalogue) => {
    const asOf = options.asOf ?? snapshot.at;
    const lostBefore = asOf - limitsOf(config).pipeline;
    const status = await readStatus(snapshot, catalogue, { from: asOf - days * DAY, asOf, lostBefore });
    printLines(json ? [JSON.stringify(statusJson(status))] : printStatus(status, config.timeZone), context);
    return 0;
  });
}
