import type { Context } from "../cli/context.ts";
import type { RunOptions } from "../cli/run.ts";
import { realFileSystem } from "../output/file-system.ts";
import { exists } from "../output/leftovers.ts";
import { checkRunFolder, checkTarget } from "../output/target.ts";
import { createProgress } from "../progress.ts";
import type { Render } from "../report/templates.ts";
import { type Catalogue, loadCatalogue } from "../source/catalogue.ts";
import { connectionSettings } from "../source/connection-settings.ts";
import { openSnapshot, type Snapshot } from "../source/snapshot.ts";
import { HOUR } from "../time/instant.ts";
import { limitsOf } from "./limits-of.ts";
import { folderOfRun, planRun, type RunPlan } from "./plan.ts";
import { printPlan, printResult } from "./print.ts";
import { checkLimit } from "./slice-plan.ts";

/**
 * The command `run`: plans, and carries the plan out unless it is only to be shown. The server is asked before most of the program is
 * loaded, and what makes the pages is loaded while it answers.
 */
export async function runCommand(options: RunOptions, context: Context): Promise<number> {
  const { config, window, connection } = options;
  const catalogue = loadCatalogue({ own: config.queries });
  checkLimit(config.memory);
  if (config.templates !== undefined) await checkTemplates(config.templates);
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
    // That a folder is there is in the plan, but not that it would be replaced when it would not.
    if (plan.force) await checkTarget(plan.folder, true);
    await showPlan(plan, () => openSnapshot(settings, session), catalogue, options, context);
    return 0;
  }
  // The folder itself is opened when the server is at work already, and refuses what came in between.
  await checkRunFolder(plan.folder, plan.force);
  const opening = openSnapshot(settings, { ...session, shared: true });
  // The run meets its error, once it is loaded.
  opening.catch(() => undefined);
  // Nothing stands between the two: whatever throws from here on, the session is closed.
  try {
    await carryOut(plan, opening, catalogue, options, context);
  } finally {
    await closed(opening);
  }
  return 0;
}

/** Runs the plan and prints what came of it. The snapshot may still be on its way; the caller closes it. */
async function carryOut(
  plan: RunPlan,
  opening: Promise<Snapshot>,
  catalogue: Catalogue,
  { config, unmasked, asOf, json, quiet }: RunOptions,
  { stdout, stderr, now, signal }: Context,
): Promise<void> {
  const progress = await createProgress({ stderr, now, quiet });
  try {
    const { runWindow } = await import("./run.ts");
    const result = await runWindow({
      plan,
      limits: limitsOf(config),
      settle: config.limits.settleHours * HOUR,
      memory: config.memory,
      catalogue,
      render: renderOnce(opening, config.templates),
      unmasked,
      asOf,
      openSnapshot: () => opening,
      onPhase: (phase) => progress.phase(phase),
      now,
      signal,
    });
    progress.stop();
    printResult(result, plan, json, stdout);
  } finally {
    progress.stop();
  }
}

/** Prints what a run would do, read and write. */
async function showPlan(
  plan: RunPlan,
  open: () => Promise<Snapshot>,
  catalogue: Catalogue,
  { config, json }: RunOptions,
  { stdout }: Context,
): Promise<void> {
  const { windowSize } = await import("./window-size.ts");
  const { plannedSlices } = await import("./planned-slices.ts");
  const snapshot = await open();
  try {
    const { window } = plan;
    const size = await windowSize(snapshot, catalogue, window);
    const span = { ...window, horizon: window.to + config.limits.settleHours * HOUR };
    const slices = await plannedSlices(snapshot, catalogue, span, config.memory);
    printPlan(plan, { size, memory: { megabytes: config.memory ?? null, slices: slices?.length ?? 1 } }, json, stdout);
  } finally {
    await snapshot.close();
  }
}

/** Faults of one's own templates are told before the server is asked for anything. */
async function checkTemplates(own: string): Promise<void> {
  const { loadTemplates } = await import("../report/templates.ts");
  loadTemplates(own);
}

/** What makes the pages, loaded once the snapshot is open: then the server has its first statements. */
function renderOnce(opening: Promise<Snapshot>, own: string | undefined): Promise<Render> {
  const rendering = opening.then(async () => {
    const { preparePages } = await import("./prepare-pages.ts");
    return preparePages(own);
  });
  // Whoever renders meets the error; a run that ends before that does not.
  rendering.catch(() => undefined);
  return rendering;
}

/** Closes a snapshot that the run did not come to, or did not get. */
function closed(opening: Promise<Snapshot>): Promise<void> {
  return opening.then(
    (snapshot) => snapshot.close(),
    () => undefined,
  );
}
