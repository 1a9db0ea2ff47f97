import type { Context } from "../cli/context.ts";
import type { FailuresOptions } from "../cli/failures.ts";
import type { FailureState } from "../outcome/failures.ts";
import { limitsOf } from "../run/limits-of.ts";
import { loadCatalogue } from "../source/catalogue.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import { openSnapshot } from "../source/snapshot.ts";
import { HOUR, type Micros } from "../time/instant.ts";
import { inZone, toMicros } from "../time/zone.ts";
import { byReceiver, isShown } from "./by-receiver.ts";
import { failuresJson } from "./json.ts";
import { printFailures } from "./print.ts";
import { readFailures } from "./read.ts";
import { resendScript } from "./resend-script.ts";

/**
 * `lineage-report failures`: prints last-mile failures by receiver, or the requests that send open ones again.
 *
 * @returns the exit code
 * @throws what the catalogue, the connection and the streams throw
 */
export async function failuresCommand(options: FailuresOptions, context: Context): Promise<number> {
  const { config, connection, days, receiver, json } = options;
  const { timeZone, limits } = config;
  const catalogue = loadCatalogue({ own: config.queries });
  const snapshot = await openSnapshot(connectionSettings(connection), {
    applicationName: "lineage-report failures",
    signal: context.signal,
    statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
  });
  try {
    const asOf = options.asOf ?? snapshot.at;
    const { from, to } = options.window ?? { from: daysBefore(asOf, days, timeZone), to: asOf };
    const { files, lastSent } = await readFailures(
      snapshot,
      catalogue,
      { from, to, horizon: to + limits.settleHours * HOUR },
      limitsOf(config),
    );
    const state = options.state?.replace("-", " ") as FailureState | undefined;
    const groups = byReceiver(
      files.filter((file) => isShown(file, receiver, state)),
      lastSent,
    );
    const shown = { from, to, asOf, timeZone };
    const lines = json
      ? [JSON.stringify(failuresJson(groups, shown))]
      : options.resendScript
        ? resendScript(groups, asOf, timeZone)
        : printFailures(groups, shown);
    context.stdout.write(`${lines.join("\n")}\n`);
    return 0;
  } finally {
    await snapshot.close();
  }
}

/** The start of the local day so many days before the one of `asOf`. */
function daysBefore(asOf: Micros, days: number, timeZone: string): Micros {
  const day = inZone(asOf, timeZone).toPlainDate().subtract({ days });
  return toMicros(day.toZonedDateTime(timeZone));
}
