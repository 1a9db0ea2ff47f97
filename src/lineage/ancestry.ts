import type { Graph } from "./graph.ts";

/** An item of a submission: the root report's number and the index there, as the lineage has it. */
export interface RootItem {
  root: number;
  index: number;
}

/**
 * The submission's item that became (report, index), found by going up edge by edge to a report
 * that nobody made; undefined for a report that no item led to. Where several items merged, the
 * first in the graph's order. A cycle ends the search.
 */
export function rootItemOf(graph: Graph, report: number, index: number): RootItem | undefined {
  let passed: Set<string> | undefined;
  let at: RootItem = { root: report, index };
  for (let steps = 0; ; steps++) {
    if (graph.firstParent[at.root] === graph.firstParent[at.root + 1]) return at;
    // A pipeline has some eight steps: only a lineage that is much longer may go round in a circle.
    if (steps >= 100) {
      passed ??= new Set();
      const key = `${at.root}/${at.index}`;
      if (passed.has(key)) return undefined;
      passed.add(key);
    }
    const up = parentItem(graph, at.root, at.index);
    if (!up) return undefined;
    at = up;
  }
}

function parentItem(graph: Graph, report: number, index: number): RootItem | undefined {
  for (let link = graph.firstParent[report]; link < graph.firstParent[report + 1]; link++) {
    const parent = graph.parents[link];
    for (let edge = graph.firstEdge[parent]; edge < graph.firstEdge[parent + 1]; edge++) {
      if (graph.child[edge] === report && graph.childIndex[edge] === index) {
        return { root: parent, index: graph.parentIndex[edge] };
      }
    }
  }
  return undefined;
}
