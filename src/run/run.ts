import type { Limits } from "../outcome/limits.ts";
import { openRunFolder, type RunFolder } from "../output/folder.ts";
import type { Manifest } from "../output/manifest.ts";
import { packageIdentity } from "../package.ts";
import type { Render } from "../report/templates.ts";
import { type Catalogue, recording } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { attentionLines } from "../summary/operators/lines.ts";
import type { Summary } from "../summary/types.ts";
import { formatInstant, type Micros, SECOND } from "../time/instant.ts";
import { optimizeSparingly } from "./compiling.ts";
import { collectGarbage, growHeapFreely, growHeapInSmallSteps, keepYoungSpaceSmall, shrinkHeap } from "./memory.ts";
import { RunOutputs } from "./outputs.ts";
import type { RunPlan } from "./plan.ts";
import { summarize } from "./summarize.ts";
import { ErrorWriter } from "./write-errors.ts";
import { writeAttention } from "./write-files.ts";
import { writeRows } from "./write-rows.ts";

export interface RunRequest {
  plan: RunPlan;
  limits: Limits;
  /** How long after its end the window is still read by time. */
  settle: Micros;
  catalogue: Catalogue;
  /** What makes the pages, which is not needed before the rows are written: a promise lets the caller load it meanwhile. */
  render: Render | Promise<Render>;
  unmasked: boolean;
  /** Megabytes of resident memory that the run is to stay below; undefined for no limit. */
  memory?: number | undefined;
  /** How the window is cut into slices, whatever the limit of memory: for tests of what the cutting must not change. */
  slicing?: { cuts: readonly Micros[]; room?: number | undefined } | undefined;
  /** The instant as of which states are judged; undefined for the snapshot's. */
  asOf: Micros | undefined;
  /** Opens the view that the run reads. */
  openSnapshot: () => Promise<Snapshot>;
  onPhase: (phase: string) => void;
  /** Milliseconds; only for the age of leftovers. */
  now: () => number;
  /** Ends the writing; the snapshot has a signal of its own. */
  signal?: AbortSignal;
}

export interface RunResult {
  folder: string;
  summary: Summary;
  manifest: Manifest;
}

/**
 * Carries out a plan: one snapshot, one pass, and a folder that appears whole or not at all.
 *
 * @throws OutputError when the folder exists or cannot be written, and whatever reading throws
 */
export async function runWindow(request: RunRequest): Promise<RunResult> {
  const { plan, now, signal } = request;
  const folder = await openRunFolder(plan.folder, { force: plan.force, now, ...(signal ? { signal } : {}) });
  const isLimited = request.memory !== undefined;
  growHeapInSmallSteps();
  optimizeSparingly();
  try {
    if (isLimited) {
      keepYoungSpaceSmall(true);
      await shrinkHeap();
    }
    return await fill(folder, request);
  } finally {
    await folder.abort();
    if (isLimited) keepYoungSpaceSmall(false);
  }
}

async function fill(folder: RunFolder, request: RunRequest): Promise<RunResult> {
  const { plan, onPhase } = request;
  const { catalogue, used } = recording(request.catalogue);
  const outputs = new RunOutputs(folder, plan.organizations);
  const errors = new ErrorWriter(outputs, request.unmasked);
  const written = await writeRows(folder, request, catalogue, outputs, errors);
  // The lineage is free now, and that is half of the memory.
  if (request.memory === undefined) {
    collectGarbage();
    growHeapFreely();
  } else {
    await shrinkHeap();
  }
  onPhase("pages");
  const { summary, reports } = await summarize(request, written, outputs, errors);
  await writeAttention(attentionLines(summary), outputs);
  const { writePages } = await import("./write-pages.ts");
  await writePages(folder, summary, reports, await request.render);
  onPhase("publishing");
  const manifest = await folder.publish({
    tool: packageIdentity(),
    window: summary.window,
    snapshot: summary.snapshot,
    options: optionsOf(request),
    queries: used(),
  });
  return { folder: plan.folder, summary, manifest };
}

/** What the manifest says of how the run was asked for; durations in seconds. */
function optionsOf({ plan, unmasked, asOf, limits, settle, memory }: RunRequest): Manifest["options"] {
  return {
    organizations: plan.organizations,
    unmasked,
    asOf: asOf === undefined ? null : formatInstant(asOf),
    pipelineSeconds: limits.pipeline / SECOND,
    sendSeconds: limits.send / SECOND,
    fileLifeSeconds: limits.fileLife / SECOND,
    settleSeconds: settle / SECOND,
    memoryMegabytes: memory ?? null,
  };
}
