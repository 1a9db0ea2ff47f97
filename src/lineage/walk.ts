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
    const stack = this.#stack;
    const walk = ++this.#walk;
    const root = firstEdgeOf(graph, report, index);
    if (root < 0) return;
    this.#passed[root] = walk;
    stack.push(root, report, index);
    while (stack.length > 0) {
      const fromIndex = stack.pop() as number;
      const from = stack.pop() as number;
      const end = graph.firstEdge[from + 1];
      for (let edge = stack.pop() as number; edge < end && graph.parentIndex[edge] === fromIndex; edge++) {
        const child = graph.child[edge];
        const childIndex = graph.childIndex[edge];
        const next = firstEdgeOf(graph, child, childIndex);
        if (next < 0) {
          visit(child, childIndex, 0);
          continue;
        }
        if (this.#passed[next] === walk) continue;
        this.#passed[next] = walk;
        visit(child, childIndex, edgesFrom(graph, child, next));
        stack.push(next, child, childIndex);
      }
    }
  }
}

function edgesFrom(graph: Graph, report: number, first: number): number {
  const end = graph.firstEdge[report + 1];
  let edge = first + 1;
  while (edge < end && graph.parentIndex[edge] === graph.parentIndex[first]) edge++;
  return edge - first;
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
    const walk = ++this.#walk;
    const stack = this.#stack;
    stack.push(report);
    while (stack.length > 0) {
      const from = stack.pop() as number;
      for (let at = this.#first[from]; at < this.#first[from + 1]; at++) {
        const to = this.#targets[at];
        if (this.#passed[to] === walk) continue;
        this.#passed[to] = walk;
        visit(to);
        stack.push(to);
      }
    }
  }
}
