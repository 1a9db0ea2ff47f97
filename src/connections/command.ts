import type { Context } from "../cli/context.ts";
import { readFailures } from "../failures/read.ts";
import { readSettings } from "../organizations/command.ts";
import {
  type CommandOptions,
  formatFor,
  printCsv,
  printLines,
  warn,
  withSnapshot,
} from "../organizations/environment.ts";
import { settingsAt } from "../organizations/settings.ts";
import { limitsOf } from "../run/limits-of.ts";
import { DAY, HOUR } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import { foldChecks } from "./checks.ts";
import { listConnections } from "./connections.ts";
import { CONNECTION_COLUMNS, connectionRow, connectionsJson, printConnections } from "./print.ts";
import { readChecks, readWaiting } from "./read.ts";

export interface ConnectionsOptions extends CommandOptions {
  /** Checks of it; undefined for the last `days`. */
  window: Window | undefined;
  days: number;
  /** Only receivers whose last check failed. */
  down: boolean;
}

/** `lineage-report connections`: whom ReportStream cannot reach, since when, and what waits for it. Returns the exit code. */
export async function connectionsCommand(options: ConnectionsOptions, context: Context): Promise<number> {
  const { config, days, down } = options;
  return withSnapshot(options, context, "connections", async (snapshot, catalogue) => {
    const asOf = options.asOf ?? snapshot.at;
    const { from, to } = options.window ?? { from: asOf - days * DAY, to: asOf };
    const directory = settingsAt(await readSettings(snapshot, catalogue));
    warn(context, directory.faults);
    const receivers = directory.organizations.flatMap(({ parties }) =>
      parties.filter(({ type }) => type === "receiver"),
    );
    const checks = await readChecks(snapshot, catalogue, from, to);
    const downSince = Math.min(...[...checks.values()].map((list) => foldChecks(list).outage?.from ?? to));
    const { files } = await readFailures(
      snapshot,
      catalogue,
      { from: downSince, to: asOf, horizon: asOf + config.limits.settleHours * HOUR },
      limitsOf(config),
    );
    const failures = files
      .filter(({ state }) => state === "open" || state === "resent")
      .map(({ receiver, lastFailedAt, items }) => ({ receiverKey: receiver.key, at: lastFailedAt, items: items ?? 0 }));
    const waiting = await readWaiting(snapshot, catalogue);
    const all = listConnections(receivers, checks, waiting, failures);
    const listed = down ? all.filter(({ state }) => state === "down") : all;
    const shown = { from, to, timeZone: config.timeZone, all };
    const format = formatFor(options, context);
    if (format === "csv") await printCsv(CONNECTION_COLUMNS, listed.map(connectionRow), context);
    else
      printLines(
        format === "json" ? [JSON.stringify(connectionsJson(listed, shown))] : printConnections(listed, shown),
        context,
      );
    return 0;
  });
}
