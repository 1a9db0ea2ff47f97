import type { Context } from "../cli/context.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { DAY, formatInstant, type Micros } from "../time/instant.ts";
import { directoryEntries, narrow } from "./directory.ts";
import { type CommandOptions, formatFor, printCsv, printLines, warn, withSnapshot } from "./environment.ts";
import { DIRECTORY_COLUMNS, directoryJson, directoryRow, printDirectory } from "./print.ts";
import { readSettingRow } from "./setting-row.ts";
import { type SettingVersion, settingsAt } from "./settings.ts";

/** What `organizationsCommand` is handed. */
export interface OrganizationsOptions extends CommandOptions {
  /** An organization, or one sender or receiver; undefined for all. */
  name: string | undefined;
  /** As it was just before this instant; undefined for now. */
  at: Micros | undefined;
  /** So many days before are searched for the last traffic. */
  trafficDays: number;
}

/** `lineage-report organizations`: who sends and receives, how and when. Returns the exit code. */
export async function organizationsCommand(options: OrganizationsOptions, context: Context): Promise<number> {
  const { timeZone } = options.config;
  const { name, at, trafficDays } = options;
  return withSnapshot(options, context, "organizations", async (snapshot, catalogue) => {
    const asOf = at ?? options.asOf ?? snapshot.at;
    const whole = settingsAt(await readSettings(snapshot, catalogue), at);
    const directory = narrow(whole, name, timeZone);
    const traffic = await readTraffic(snapshot, catalogue, asOf, trafficDays);
    const entries = directoryEntries(directory, traffic, asOf);
    warn(context, whole.faults);
    const format = formatFor(options, context);
    if (format === "csv") await printCsv(DIRECTORY_COLUMNS, entries.map(directoryRow), context);
    else if (format === "table") {
      printLines(printDirectory(entries, { asOf, timeZone, trafficDays, detailed: name !== undefined }), context);
    } else {
      const settings = directoryJson(entries);
      const result = { asOf: formatInstant(asOf), trafficDays, faults: whole.faults, settings };
      printLines([JSON.stringify(result)], context);
    }
    return 0;
  });
}

/** Reads every version of every setting, and of each only what may be known. */
export async function readSettings(snapshot: Snapshot, catalogue: Catalogue): Promise<SettingVersion[]> {
  const { rows } = await query(snapshot, catalogue.find("organizations-settings"), {});
  return rows.map(readSettingRow);
}

/** When each sender last submitted and each receiver was last sent a file, by party key, within the days before. */
async function readTraffic(snapshot: Snapshot, catalogue: Catalogue, to: Micros, days: number) {
  const last = async (name: string): Promise<Map<string, Micros>> => {
    const { rows } = await query(snapshot, catalogue.find(name), { from: to - days * DAY, to });
    return new Map(rows.map(([party, , , at]) => [String(party), at as number]));
  };
  return { sent: await last("traffic-receivers"), submitted: await last("traffic-senders") };
}
