import { firstEdgeOf, type Graph } from "./graph.ts";
import type { TextPool } from "./text-pool.ts";

/**
 * Where the sender's id of an item stands in `tracking`, by the edges that leave the item; 0 for none. Where they disagree it is the least of
 * them, byte by byte: which edge comes first hangs on the order in which rows arrived.
 */
export function trackingAt(graph: Graph, tracking: TextPool, report: number, index: number): number {
  const end = graph.firstEdge[report + 1];
  let least = 0;
  for (let edge = firstEdgeOf(graph, report, index); edge >= 0 && edge < end; edge++) {
    if (graph.parentIndex[edge] !== index) break;
    const at = graph.tracking[edge];
    if (at !== 0 && (least === 0 || tracking.compare(at, least) < 0)) least = at;
  }
  return least;
}
