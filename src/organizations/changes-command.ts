import type { Context } from "../cli/context.ts";
import { printableText } from "../query/table.ts";
import { helpers } from "../report/helpers.ts";
import { query, rows } from "../source/row-stream.ts";
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

export interface ChangesOptions extends CommandOptions {
  window: Window;
  /** Only this organization's settings. */
  organization: string | undefined;
}

/** `lineage-report organizations changes`: which settings changed, and the traffic around it. Returns the exit code. */
export async function changesCommand(options: ChangesOptions, context: Context): Promise<number> {
  const { window, organization } = options;
  const listed = await withSnapshot(options, context, "organizations changes", async (snapshot, catalogue) => {
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
    return withTraffic(changes, events, options.asOf ?? snapshot.at);
  });
  const format = formatFor(options, context);
  if (format === "csv") await printCsv(CHANGE_COLUMNS, listed.map(changeRow), context);
  else printLines(format === "json" ? [JSON.stringify(listed.map(changeJson))] : printChanges(listed, window), context);
  return 0;
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
