import { firstEdgeOf, type Graph } from "./graph.ts";

/** Called once for each (report, index) that an item became. `edges` is how many edges leave it. */
export type Visit = (report: number, index: number, edges: number) => void;

/**
 * Follows items down the lineage to any depth. Each (report, index) is visited once for a walk, so
 * diamonds fold and cycles end. ReportStream's own functions join without folding, and count a
 * report as often as there are ways to reach it (report_descendants, item_descendants).
 */
export class ItemWalk {
  readonly #graph: Graph;
  /** The walk that passed the node last, kept at the first edge that leaves the node. */
  readonly #passed: Int32Array;
  #walk = 0;
  readonly #stack: number[] = [];

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#passed = new Int32Array(graph.edgeCount);
  }

  /**
   * Visits everything that (report, index) became, itself excluded. A leaf that is reached in
   * several ways may be visited more than once; nodes with edges are visited once.
   */
  down(report: number, index: number, visit: Visit): void {
    const graph = this.#graph;
    const { child, childIndex } = graph;
    const passed = this.#passed;
    const stack = this.#stack;
    const walk = ++this.#walk;
    let edge = firstEdgeOf(graph, report, index);
    if (edge < 0) return;
    passed[edge] = walk;
    let end = endOfEdges(graph, report, edge);
    // The stack is read by a mark of its own: an array that shrinks and grows with every item would be felt.
    for (let top = 0; ; ) {
      for (; edge < end; edge++) {
        const to = child[edge];
        const toIndex = childIndex[edge];
        const next = firstEdgeOf(graph, to, toIndex);
        if (next < 0) {
          visit(to, toIndex, 0);
          continue;
        }
        if (passed[next] === walk) continue;
        passed[next] = walk;
        const nextEnd = endOfEdges(graph, to, next);
        visit(to, toIndex, nextEnd - next);
        stack[top++] = next;
        stack[top++] = nextEnd;
      }
      if (top === 0) return;
      end = stack[--top];
      edge = stack[--top];
    }
  }
}

/** Where the edges end that leave the same (report, index) as `first`. */
function endOfEdges({ firstEdge, parentIndex }: Graph, report: number, first: number): number {
  const end = firstEdge[report + 1];
  let edge = first + 1;
  while (edge < end && parentIndex[edge] === parentIndex[first]) edge++;
  return edge;
}

/** Walks over whole reports, by the distinct report-to-report links, down or up. */
export class ReportWalk {
  readonly #first: Int32Array;
  readonly #targets: Int32Array;
  readonly #passed: Int32Array;
  #walk = 0;
  readonly #stack: number[] = [];

  constructor(graph: Graph, direction: "down" | "up") {
    this.#first = direction === "down" ? graph.firstChild : graph.firstParent;
    this.#targets = direction === "down" ? graph.children : graph.parents;
    this.#passed = new Int32Array(graph.reportCount);
  }

  /** Visits every report that can be reached from `report` once, itself excluded unless it lies on a cycle. */
  from(report: number, visit: (report: number) => void): void {
    const first = this.#first;
    const targets = this.#targets;
    const passed = this.#passed;
    const stack = this.#stack;
    const walk = ++this.#walk;
    let top = 0;
    for (let from = report; ; from = stack[--top]) {
      const end = first[from + 1];
      for (let at = first[from]; at < end; at++) {
        const to = targets[at];
        if (passed[to] === walk) continue;
        passed[to] = walk;
        visit(to);
        stack[top++] = to;
      }
      if (top === 0) return;
    }
  }
}
