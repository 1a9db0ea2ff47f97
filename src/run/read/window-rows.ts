import type { Catalogue } from "../../source/catalogue.ts";
import { query } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import { type Micros, SECOND } from "../../time/instant.ts";
import type { Span } from "./lineage.ts";

/** Steps of time by which rows are counted, so that slices can be of like size. */
const STEPS = 1440;

/** Rows of a step of time. */
export interface StepRows {
  from: Micros;
  reports: number;
  itemEdges: number;
  logEntries: number;
}

/** How long the steps are by which a window's rows are counted, in seconds. */
function stepSeconds({ from, to }: { from: Micros; to: Micros }): number {
  return Math.max(1, Math.ceil((to - from) / SECOND / STEPS));
}

/** Counts the rows of a window up to its horizon, step by step: exactly, since a planner's estimate of a time may be far off. */
export async function readWindowRows(snapshot: Snapshot, catalogue: Catalogue, span: Span): Promise<StepRows[]> {
  const time = { from: span.from, to: span.horizon };
  const { rows } = await query(snapshot, catalogue.find("window-rows"), { ...time, seconds: stepSeconds(time) });
  return rows.map(([from, reports, itemEdges, logEntries]) => ({
    from: from as number,
    reports: Number(reports),
    itemEdges: Number(itemEdges),
    logEntries: Number(logEntries),
  }));
}
