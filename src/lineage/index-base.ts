import type { Graph } from "./graph.ts";
import type { ReportTable } from "./report-table.ts";

/**
 * When ReportStream's indexes moved from 0-based to 1-based, in microseconds.
 * Source: upstream commit 779b448226 of 2022-02-17 (item_lineage and action_log).
 */
const ONE_BASED_SINCE = Date.UTC(2022, 1, 17) * 1000;

/**
 * Which reports count their items from 0: 1 for those, 0 for the others. An index 0 in the lineage
 * is the proof. A report from before the change without one counts from 0 too, unless an index
 * as high as its item count shows that it does not.
 */
export function zeroBasedReports(graph: Graph, reports: ReportTable): Uint8Array {
  const zeroBased = new Uint8Array(graph.reportCount);
  for (let report = 0; report < graph.reportCount; report++) {
    const first = graph.firstEdge[report];
    const end = graph.firstEdge[report + 1];
    for (let edge = first; edge < end; edge++) {
      if (graph.childIndex[edge] === 0) zeroBased[graph.child[edge]] = 1;
    }
    if (first < end && graph.parentIndex[first] === 0) zeroBased[report] = 1;
    if (!reports.isLoaded(report) || reports.createdAt[report] >= ONE_BASED_SINCE) continue;
    const highest = first < end ? graph.parentIndex[end - 1] : -1;
    if (highest < reports.itemCount[report]) zeroBased[report] = 1;
  }
  return zeroBased;
}
