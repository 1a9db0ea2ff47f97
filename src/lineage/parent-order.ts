import type { Graph } from "./graph.ts";
import type { ReportTable } from "./report-table.ts";

/**
 * Orders each report's parents by (created_at, action_id, report_id), those without a row last. Reports are numbered as rows happen to
 * be read, and where several parents would do it is the first that counts: it must not depend on how a window was read.
 */
export function orderParents({ firstParent, parents, reportCount }: Graph, reports: ReportTable): void {
  for (let report = 0; report < reportCount; report++) {
    const start = firstParent[report];
    const end = firstParent[report + 1];
    for (let at = start + 1; at < end; at++) {
      if (compare(reports, parents[at - 1], parents[at]) <= 0) continue;
      parents.subarray(start, end).sort((left, right) => compare(reports, left, right));
      break;
    }
  }
}

function compare(reports: ReportTable, left: number, right: number): number {
  const missing = Number(!reports.isLoaded(left)) - Number(!reports.isLoaded(right));
  return missing || reports.compare(left, right);
}
