import type { Config } from "../config/schema.ts";
import type { ClaimedRun } from "../ledger/runs.ts";
import { type FinishedRun, readRun } from "../mail/run-files.ts";
import { realFileSystem } from "../output/file-system.ts";
import { exists } from "../output/leftovers.ts";
import type { Render } from "../report/templates.ts";
import { limitsOf } from "../run/limits-of.ts";
import { folderOfRun, planRun } from "../run/plan.ts";
import { runWindow } from "../run/run.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { Catalogue } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { HOUR } from "../time/instant.ts";

/** What a scheduled run works with. */
export interface RunTools {
  config: Config;
  catalogue: Catalogue;
  render: Render;
  openSnapshot: (signal: AbortSignal) => Promise<Snapshot>;
  now: () => number;
}

/**
 * Runs a claimed window, unless its folder is there already: a run that was killed after it had published, or another
 * schedule of the same window, has done the work.
 *
 * @throws whatever the run throws, and the signal's reason between two phases
 */
export async function executeRun(
  claim: ClaimedRun,
  schedule: Schedule,
  tools: RunTools,
  signal: AbortSignal,
): Promise<FinishedRun> {
  const { config, catalogue, render, now } = tools;
  const { limits } = config;
  const out = folderOfRuns(config, schedule);
  const folder = folderOfRun(out, claim.window);
  const standing = (await exists(realFileSystem, folder)) ? await readRun(folder) : undefined;
  if (standing && sameNames(standing.summary.limitedTo, runsFor(schedule))) return standing;
  await runWindow({
    plan: planRun({
      window: claim.window,
      out,
      exists: standing !== undefined,
      // What stands there was run by hand for other organizations, and would leave the rest of them out.
      force: standing !== undefined,
      organizations: [...runsFor(schedule)],
      exports: catalogue.queries.flatMap(({ name, header }) =>
        header.export ? [{ query: name, ...header.export }] : [],
      ),
    }),
    limits: limitsOf({ limits }),
    settle: limits.settleHours * HOUR,
    memory: config.memory,
    catalogue,
    render,
    unmasked: false,
    asOf: undefined,
    openSnapshot: () => tools.openSnapshot(signal),
    onPhase: () => signal.throwIfAborted(),
    now,
    signal,
  });
  return readRun(folder);
}

/** A schedule of the configuration that names organizations has runs of its own; a row of the database takes its part of the whole. */
function runsFor(schedule: Schedule): readonly string[] {
  return schedule.name.includes("/") ? [] : schedule.organizations;
}

/** Runs that are limited to some organizations do not take the place of the whole one. */
function folderOfRuns(config: Config, schedule: Schedule): string {
  return runsFor(schedule).length === 0 ? config.out : `${config.out}/${schedule.name}`;
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, at) => name === right[at]);
}
