import type { Context } from "../cli/context.ts";
import type { UndeliveredOptions } from "../cli/undelivered.ts";
import { createProgress } from "../progress.ts";
import { limitsOf } from "../run/limits-of.ts";
import { loadCatalogue } from "../source/catalogue.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import { openSnapshot } from "../source/snapshot.ts";
import { undeliveredJson } from "./json.ts";
import { printUndelivered } from "./print.ts";
import { readUndelivered } from "./read.ts";
import { addsUp } from "./waterfall.ts";

/**
 * `lineage-report undelivered`: prints what became of the items of a window.
 *
 * @returns the exit code: 1 if a sum does not add up
 * @throws what the catalogue, the connection and the streams throw
 */
export async function undeliveredCommand(options: UndeliveredOptions, context: Context): Promise<number> {
  const { config, connection, window, sender, receiver, leaveOut, by, json, quiet } = options;
  const catalogue = loadCatalogue({ own: config.queries });
  const progress = await createProgress({ stderr: context.stderr, now: context.now, quiet });
  const snapshot = await openSnapshot(connectionSettings(connection), {
    applicationName: "lineage-report undelivered",
    signal: context.signal,
    statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
    shared: true,
  });
  try {
    const asOf = options.asOf ?? snapshot.at;
    const result = await readUndelivered(
      snapshot,
      catalogue,
      { window, sender, receiver, leaveOut },
      {
        limits: limitsOf(config),
        settleHours: config.limits.settleHours,
        asOf,
        onPhase: (phase) => progress.phase(phase),
      },
    );
    progress.stop();
    const lines = json
      ? [JSON.stringify(undeliveredJson(result, window, asOf))]
      : printUndelivered(result, { window, asOf, by });
    context.stdout.write(`${lines.join("\n")}\n`);
    const whole = addsUp(result.byItem, result.items) && addsUp(result.byItemAndReceiver, result.itemsAndReceivers);
    return whole ? 0 : 1;
  } finally {
    progress.stop();
    await snapshot.close();
  }
}
