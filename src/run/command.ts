import type { Context } from "../cli/context.ts";
import type { RunOptions } from "../cli/run.ts";
import { realFileSystem } from "../output/file-system.ts";
import { exists } from "../output/leftovers.ts";
import { createProgress } from "../progress.ts";
import { loadTemplates } from "../report/templates.ts";
import { loadCatalogue } from "../source/catalogue.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import { openSnapshot } from "../source/snapshot.ts";
import { HOUR } from "../time/instant.ts";
import { limitsOf } from "./limits-of.ts";
import { growHeapInSmallSteps } from "./memory.ts";
import { folderOfRun, planRun } from "./plan.ts";
import { printPlan, printResult } from "./print.ts";
import { runWindow } from "./run.ts";
import { windowSize } from "./window-size.ts";

/** The command `run`: plans, and carries the plan out unless it is only to be shown. */
export async function runCommand(options: RunOptions, context: Context): Promise<number> {
  const { config, window, connection } = options;
  const catalogue = loadCatalogue({ own: config.queries });
  const render = loadTemplates(config.templates);
  const settings = connectionSettings(connection);
  const session = {
    applicationName: "lineage-report run",
    signal: context.signal,
    statementTimeoutMs: config.database.statementTimeoutSeconds * 1000,
  };
  const plan = planRun({
    window,
    out: config.out,
    exists: await exists(realFileSystem, folderOfRun(config.out, window)),
    force: options.force,
    organizations: [...new Set(options.organizations)].sort(),
    exports: catalogue.queries.flatMap(({ name, header }) =>
      header.export ? [{ query: name, ...header.export }] : [],
    ),
  });
  if (options.dryRun) {
    const size = await windowSize(() => openSnapshot(settings, session), catalogue, window);
    printPlan(plan, size, options.json, context.stdout);
    return 0;
  }
  growHeapInSmallSteps();
  const progress = await createProgress({ stderr: context.stderr, now: context.now, quiet: options.quiet });
  try {
    const result = await runWindow({
      plan,
      limits: limitsOf(config),
      settle: config.limits.settleHours * HOUR,
      catalogue,
      render,
      unmasked: options.unmasked,
      asOf: options.asOf,
      openSnapshot: () => openSnapshot(settings, { ...session, shared: true }),
      onPhase: (phase) => progress.phase(phase),
      now: context.now,
      signal: context.signal,
    });
    progress.stop();
    printResult(result, plan, options.json, context.stdout);
    return 0;
  } finally {
    progress.stop();
  }
}
