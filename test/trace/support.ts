import type { Limits } from "../../src/outcome/limits.ts";
import { loadCatalogue } from "../../src/source/catalogue.ts";
import { connectionSettings } from "../../src/source/connection-settings.ts";
import { openSnapshot, type Snapshot } from "../../src/source/snapshot.ts";
import { type Micros, parseInstant } from "../../src/time/instant.ts";
import { readAsked } from "../../src/trace/asked.ts";
import { type TraceRequest, trace } from "../../src/trace/trace.ts";
import type { FileStory, RejectedStory, SubmissionStory, TraceResult } from "../../src/trace/types.ts";
import { DEFAULT_LIMITS } from "../support/limits.ts";

export const AS_OF = "2026-11-21T12:00:00Z";

export const catalogue = loadCatalogue();

/** No more than so many places are read, however many items were asked for. */
export const atMost = (places: number) => ({ places, eachItem: 0, total: places });

export function open(databaseUrl: string): Promise<Snapshot> {
  return openSnapshot(connectionSettings({ databaseUrl, env: {} }), {
    applicationName: "test trace",
    signal: new AbortController().signal,
    savepoints: false,
    statementTimeoutMs: 60_000,
  });
}

export type TraceSetting = Partial<Omit<TraceRequest, "snapshot" | "catalogue" | "asked">>;

/** A trace in this process, as the command makes it. */
export async function traceIds(
  databaseUrl: string,
  ids: readonly string[],
  setting: TraceSetting = {},
): Promise<TraceResult> {
  const snapshot = await open(databaseUrl);
  try {
    return await traceIn(snapshot, ids, setting);
  } finally {
    await snapshot.close();
  }
}

export function traceIn(snapshot: Snapshot, ids: readonly string[], setting: TraceSetting = {}): Promise<TraceResult> {
  const asOf = parseInstant(AS_OF) as Micros;
  return trace({
    snapshot,
    catalogue,
    asked: readAsked(ids),
    item: undefined,
    sight: undefined,
    graph: undefined,
    most: { places: 3_000, eachItem: 16, total: 250_000 },
    namesSince: 0,
    asOf,
    limits: DEFAULT_LIMITS satisfies Limits,
    timeZone: "America/New_York",
    ...setting,
  });
}

/** The one story of the one answer. */
export function onlyStory(result: TraceResult) {
  const stories = result.answers.flatMap((answer) => answer.stories);
  if (stories.length !== 1 || result.choices.length > 0 || result.notFound.length > 0) {
    throw new Error(`not one story: ${JSON.stringify(result, null, 1)}`);
  }
  return stories[0];
}

export function submission(result: TraceResult): SubmissionStory {
  const story = onlyStory(result);
  if (story.kind !== "submission") throw new Error(`not a submission: ${story.kind}`);
  return story;
}

export function file(result: TraceResult): FileStory {
  const story = onlyStory(result);
  if (story.kind !== "file") throw new Error(`not a file: ${story.kind}`);
  return story;
}

export function rejected(result: TraceResult): RejectedStory {
  const story = onlyStory(result);
  if (story.kind !== "rejected") throw new Error(`not rejected: ${story.kind}`);
  return story;
}
