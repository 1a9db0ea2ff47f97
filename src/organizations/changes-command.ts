import type { Context } from "../cli/context.ts";
import { createProgress, type Progress } from "../progress.ts";
import { printableText } from "../query/table.ts";
import { helpers } from "../report/helpers.ts";
import { readEarlierRuns } from "../run/earlier-runs.ts";
import { folderOfRun } from "../run/plan.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { query, rows } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Row } from "../source/value-types.ts";
import { formatInstant } from "../time/instant.ts";
import { describeWindow, type Window } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import {
  type ChangeTraffic,
  readChangeRow,
  TRAFFIC_AROUND,
  type TrafficEvent,
  type Volume,
  withTraffic,
} from "./changes.ts";
import { type CommandOptions, formatFor, printCsv, printLines, resultColumns, withSnapshot } from "./environment.ts";
import type { NewPairs } from "./new-pairs.ts";
import { PAIR_COLUMNS, pairRow, pairsJson, printPairs } from "./print-pairs.ts";
import { readNewPairs } from "./read-pairs.ts";

export interface ChangesOptions extends CommandOptions {
  window: Window;
  /** Only this organization's settings, and pairs of which it is a side. */
  organization: string | undefined;
  /** Look for new pairs too, this many days back; undefined for none. */
  lookBack: number | undefined;
  quiet: boolean;
}

/** `lineage-report organizations changes`: which settings changed, and the traffic around it. Returns the exit code. */
export async function changesCommand(options: ChangesOptions, context: Context): Promise<number> {
  const { window, organization } = options;
  const progress = await createProgress({ stderr: context.stderr, now: context.now, quiet: options.quiet });
  const { listed, pairs } = await withSnapshot(
    options,
    context,
    "organizations changes",
    async (snapshot, catalogue) => {
      const { from, to } = window;
      const found = await query(snapshot, catalogue.find("organizations-changes"), { from, to });
      const changes = found.rows
        .map(readChangeRow)
        .filter((change) => organization === undefined || change.organization === organization);
      const events: TrafficEvent[] = [];
      const organizations = [...new Set(changes.map((change) => change.organization))].filter((name) => name !== "");
      if (organizations.length > 0) {
        const around = { from: from - TRAFFIC_AROUND, to: to + TRAFFIC_AROUND, organizations };
        for await (const batch of rows(snapshot, catalogue.find("organizations-traffic"), around)) {
          for (const [type, party, at, items] of batch) {
            events.push({
              type: type as TrafficEvent["type"],
              party: String(party),
              at: at as number,
              items: Number(items),
            });
          }
        }
      }
      return {
        listed: withTraffic(changes, events, options.asOf ?? snapshot.at),
        pairs: await newPairs(snapshot, catalogue, options, progress),
      };
    },
  ).finally(() => progress.stop());
  const format = formatFor(options, context);
  if (format === "csv") {
    if (pairs) await printCsv(PAIR_COLUMNS, pairs.fresh.map(pairRow), context);
    else await printCsv(CHANGE_COLUMNS, listed.map(changeRow), context);
  } else if (format === "json") {
    const changes = listed.map(changeJson);
    printLines([JSON.stringify(pairs ? { changes, pairs: pairsJson(pairs) } : changes)], context);
  } else {
    const below = pairs ? ["", ...printPairs(pairs, window.timeZone)] : [];
    printLines([...printChanges(listed, window), ...below], context);
  }
  return 0;
}

/** The pairs that are new, when they are asked for: they cost the lineage of the window and of days before it. */
async function newPairs(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { window, organization, lookBack, config }: ChangesOptions,
  progress: Progress,
): Promise<NewPairs | undefined> {
  if (lookBack === undefined) return undefined;
  const { days: earlierDays } = await readEarlierRuns(folderOfRun(config.out, window), window, []);
  const { settleHours } = config.limits;
  const onPhase = (phase: string): void => void progress.phase(phase);
  return readNewPairs(snapshot, catalogue, { window, organization, lookBack, settleHours, earlierDays, onPhase });
}

const CHANGE_COLUMNS = resultColumns(
  "changed_at:instant",
  "changed_by:text",
  "type:text",
  "organization:text",
  "name:text",
  "version:number",
  "change:text",
  "paths:text",
  "files_before:number",
  "items_before:number",
  "files_after:number",
  "items_after:number",
  "after_is_partial:boolean",
);

function changeRow({ change, before, after, afterIsPartial }: ChangeTraffic): Row {
  const { at, by, type, organization, name, version, paths } = change;
  const volumes = [before.files, before.items, after.files, after.items];
  return [at, by, type, organization, name, version, change.change, paths.join(", "), ...volumes, afterIsPartial];
}

function changeJson({ change, before, after, afterIsPartial }: ChangeTraffic): object {
  const { at, by, type, organization, name, version, paths } = change;
  const told = { changedAt: formatInstant(at), changedBy: by, type, organization, name: name || null, version };
  return { ...told, change: change.change, paths, before, after, afterIsPartial };
}

function printChanges(listed: readonly ChangeTraffic[], window: Window): string[] {
  const { plural } = helpers;
  const lines = [`Settings changed in ${describeWindow(window)}: ${plural(listed.length, "change", "changes")}`];
  for (const { change, before, after, afterIsPartial } of listed) {
    const { at, by, type, fullName, version, paths } = change;
    const what =
      change.change === "changed" ? (paths.length === 0 ? "written again, the same" : paths.join(", ")) : change.change;
    const partial = afterIsPartial ? " so far" : "";
    lines.push(
      "",
      `${formatMoment(at, window.timeZone)}  ${type} ${fullName}, version ${version}, by ${by}`,
      `  ${what}`,
      `  48 h before: ${volume(before, type)}; 48 h after${partial}: ${volume(after, type)}`,
    );
  }
  return lines.map(printableText);
}

function volume({ files, items }: Volume, type: string): string {
  const { plural } = helpers;
  const unit: [string, string] =
    type === "sender"
      ? ["submission", "submissions"]
      : type === "receiver"
        ? ["file", "files"]
        : ["submission or file", "submissions and files"];
  return `${plural(files, ...unit)}, ${plural(items, "item", "items")}`;
}
