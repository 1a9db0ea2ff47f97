import type { Catalogue } from "../source/catalogue.ts";
import type { Snapshot } from "../source/snapshot.ts";
import type { Span } from "./read/lineage.ts";
import type { Slice } from "./read/slice-lineage.ts";
import { readWindowRows } from "./read/window-rows.ts";
import { planSlices } from "./slice-plan.ts";

/**
 * The slices in which a window is read so that it stays below a limit of memory, by the rows that it has; undefined when it is read whole, as it
 * is without a limit.
 *
 * @param memory megabytes
 * @throws ConfigError when the limit is below what any run takes, and what reading throws
 */
export async function plannedSlices(
  snapshot: Snapshot,
  catalogue: Catalogue,
  span: Span,
  memory: number | undefined,
): Promise<Slice[] | undefined> {
  return memory === undefined ? undefined : planSlices(span, memory, await readWindowRows(snapshot, catalogue, span));
}
