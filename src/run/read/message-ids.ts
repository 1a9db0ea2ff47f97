import type { Graph } from "../../lineage/graph.ts";
import { STEP_NONE } from "../../lineage/steps.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { rowsByKeys } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { LineageRows } from "./lineage-rows.ts";

/** When covid_result_metadata.report_index moved to 1-based, in microseconds. Source: upstream commit 5660c1648a. */
export const ONE_BASED_SINCE = Date.UTC(2022, 3, 5) * 1000;

/** Senders' ids of a submission's rows by position from 0, by root report. */
export type MessageIds = ReadonlyMap<number, ReadonlyMap<number, string>>;

/**
 * Reads the ids of rows that left no item edge: in the legacy pipeline a row that every receiver's
 * filters took is known only from the result metadata and the filter log, which share the id.
 */
export async function readMessageIds(
  snapshot: Snapshot,
  catalogue: Catalogue,
  rows: LineageRows,
  graph: Graph,
): Promise<MessageIds> {
  const { reports, submissions } = rows;
  const ids: string[] = [];
  for (let row = 0; row < submissions.length; row++) {
    const root = submissions.report[row];
    if (reports.nextAction[root] === STEP_NONE && itemsWithEdges(graph, root) < reports.itemCount[root]) {
      ids.push(reports.ids.text(root));
    }
  }
  const stored = new Map<number, Map<number, string>>();
  for await (const batch of rowsByKeys(snapshot, catalogue.find("message-ids"), "ids", ids)) {
    for (const [reportId, index, messageId] of batch) {
      const root = reports.ids.find(String(reportId));
      const positions = stored.get(root) ?? new Map<number, string>();
      positions.set(Number(index), String(messageId));
      stored.set(root, positions);
    }
  }
  for (const [root, positions] of stored)
    stored.set(root, fromZero(positions, reports.createdAt[root] < ONE_BASED_SINCE));
  return stored;
}

function itemsWithEdges(graph: Graph, root: number): number {
  let items = 0;
  for (let edge = graph.firstEdge[root]; edge < graph.firstEdge[root + 1]; edge++) {
    if (edge === graph.firstEdge[root] || graph.parentIndex[edge] !== graph.parentIndex[edge - 1]) items++;
  }
  return items;
}

/** Positions from 0. Between the two changes of spring 2022 the date does not settle it: an index 0 does. */
function fromZero(positions: Map<number, string>, mayBeZeroBased: boolean): Map<number, string> {
  if (positions.has(0) && mayBeZeroBased) return positions;
  return new Map([...positions].map(([index, id]) => [index - 1, id]));
}
