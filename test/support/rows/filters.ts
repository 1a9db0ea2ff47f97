import { filterResult, itemFiltered } from "./details.ts";
import { firstIndex } from "./instants.ts";
import type { LogSpec, Report } from "./record.ts";
import { splitName } from "./world.ts";

/** Why a receiver of the universal pipeline did not get an item. */
export interface Filtered {
  /** QUALITY_FILTER unless given. */
  type?: string;
  /** The expressions that the item failed: a warning for each. */
  expressions?: string[];
  /** The bundle's identifier. */
  trackingElement?: string;
}

/** A warning on the input for each expression, and one filter log on the file that has no items now. */
export function filterLogs(input: Report, child: Report, filtered: Filtered): LogSpec[] {
  const { type = "QUALITY_FILTER", expressions = ["%patient.name.exists()"], trackingElement = "b-1" } = filtered;
  const [org, service] = splitName(child.receiver!);
  const warnings = expressions.map(
    (expression): LogSpec => ({
      type: "warning",
      scope: "item",
      reportId: input.id,
      index: firstIndex(child.at),
      trackingId: trackingElement,
      detail: itemFiltered({ org, service }, type, expression),
    }),
  );
  const result = filterResult("report", {
    receiver: child.receiver!,
    originalCount: 1,
    filterName: expressions.join("\n"),
    filterType: type,
    trackingElement,
  });
  const filter: LogSpec = {
    type: "filter",
    scope: "report",
    reportId: child.id,
    trackingId: trackingElement,
    detail: result,
  };
  return [...warnings, filter];
}
