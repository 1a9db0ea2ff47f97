import type { Context } from "../cli/context.ts";
import type { LineageCheckOptions } from "../cli/lineage-check.ts";
import { helpers } from "../report/helpers.ts";
import { loadCatalogue } from "../source/catalogue.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import { openSnapshot } from "../source/snapshot.ts";
import { formatInstant } from "../time/instant.ts";
import { describeWindow, type Window } from "../time/window.ts";
import { checkLineage } from "./check.ts";
import type { CheckResult } from "./types.ts";

/** The command `lineage check`. @returns 1 when there are faults, else 0 */
export async function lineageCheckCommand(options: LineageCheckOptions, context: Context): Promise<number> {
  const { config, connection, window } = options;
  const catalogue = loadCatalogue({ own: config.queries });
  const snapshot = await openSnapshot(connectionSettings(connection), {
    applicationName: "lineage-report lineage check",
    signal: context.signal,
    statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
  });
  let checks: CheckResult[];
  const { at, id } = snapshot;
  try {
    checks = await checkLineage({ snapshot, catalogue, from: window.from, to: window.to, examples: options.examples });
  } finally {
    await snapshot.close();
  }
  const faults = checks.filter(({ fault, count }) => fault && count > 0);
  const text = options.json
    ? `${JSON.stringify({
        ok: faults.length === 0,
        window: { from: formatInstant(window.from), to: formatInstant(window.to), timeZone: window.timeZone },
        snapshot: { at: formatInstant(at), id },
        checks,
      })}\n`
    : checkText(checks, window);
  context.stdout.write(text);
  return faults.length === 0 ? 0 : 1;
}

/** What was found, faults before habits; the last line is the verdict. */
export function checkText(checks: readonly CheckResult[], window: Window): string {
  const lines = [`lineage of ${describeWindow(window)}`];
  const found = checks.filter(({ count }) => count > 0);
  for (const { name, title, fault, count, examples } of found) {
    lines.push(`${fault ? "FAULT" : "note "}  ${name}: ${helpers.number(count)} ${title}`);
    for (const { reportId, text } of examples) lines.push(`         ${reportId}  ${text}`);
    if (count > examples.length) lines.push(`         + ${helpers.number(count - examples.length)} more`);
  }
  const clean = checks.length - found.length;
  const faults = found.filter(({ fault }) => fault).length;
  const verdict = faults === 0 ? "no faults" : `${faults} ${faults === 1 ? "kind" : "kinds"} of faults`;
  lines.push(`${verdict}; ${clean} of ${checks.length} checks found nothing`);
  return lines.map((line) => `${line}\n`).join("");
}
