import { firstEdgeOf, type Graph } from "../../lineage/graph.ts";
import type { LineageReader, Place } from "../reader.ts";

/** Reports and the links between them that a graph is made of. */
export interface RawGraph {
  nodes: Set<number>;
  /** Items along each link, by parent and child. */
  links: Map<number, Map<number, number>>;
  /** Edges counted so far: two ids of one call may lead along the same. */
  edges: Set<string>;
}

export function emptyGraph(): RawGraph {
  return { nodes: new Set(), links: new Map(), edges: new Set() };
}

function addLink(raw: RawGraph, parent: number, child: number, items: number): void {
  raw.nodes.add(parent);
  raw.nodes.add(child);
  const children = raw.links.get(parent) ?? new Map<number, number>();
  children.set(child, (children.get(child) ?? 0) + items);
  raw.links.set(parent, children);
}

function addEdge(raw: RawGraph, parent: Place, child: Place): void {
  const key = `${parent.report}/${parent.index}/${child.report}/${child.index}`;
  if (raw.edges.has(key)) return;
  raw.edges.add(key);
  addLink(raw, parent.report, child.report, 1);
}

/** Adds what items became, each item of a report once. @param isShown reports that may be seen */
export function collectDown(
  raw: RawGraph,
  graph: Graph,
  items: readonly Place[],
  isShown: (report: number) => boolean,
): void {
  const passed = new Set<string>();
  const open: Place[] = [];
  const pass = (place: Place): void => {
    const key = `${place.report}/${place.index}`;
    if (passed.has(key)) return;
    passed.add(key);
    open.push(place);
  };
  for (const place of items) {
    raw.nodes.add(place.report);
    pass(place);
  }
  for (let at = open.pop(); at; at = open.pop()) {
    const first = firstEdgeOf(graph, at.report, at.index);
    if (first < 0) continue;
    for (let edge = first; edge < graph.firstEdge[at.report + 1] && graph.parentIndex[edge] === at.index; edge++) {
      const child = graph.child[edge];
      if (!isShown(child)) continue;
      const to = { report: child, index: graph.childIndex[edge] };
      addEdge(raw, at, to);
      pass(to);
    }
  }
}

/** Adds what items were made of, as far as it was read. */
export function collectUp(raw: RawGraph, reader: LineageReader, items: readonly Place[]): void {
  const passed = new Set<string>();
  const open = [...items];
  for (const { report } of items) raw.nodes.add(report);
  for (let at = open.pop(); at; at = open.pop()) {
    const key = `${at.report}/${at.index}`;
    if (passed.has(key)) continue;
    passed.add(key);
    for (const parent of reader.parentsOf(at)) {
      addEdge(raw, parent, at);
      open.push(parent);
    }
  }
}

/** Adds the way from a file made ready to the copy of it that was asked for. */
export function collectCopy(raw: RawGraph, graph: Graph, ready: number, copy: number): void {
  for (let at = copy, hops = 0; at !== ready && hops < 8; hops++) {
    const parent = graph.parents[graph.firstParent[at]];
    if (graph.firstParent[at] === graph.firstParent[at + 1] || raw.links.get(parent)?.has(at)) return;
    addLink(raw, parent, at, 0);
    at = parent;
  }
}

/** Adds what hangs on the reports without items of its own: downloads, and files that filters emptied. */
export function collectLinked(raw: RawGraph, graph: Graph, isShown: (report: number) => boolean): void {
  const open = [...raw.nodes];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const byItem = new Set(graph.child.subarray(graph.firstEdge[at], graph.firstEdge[at + 1]));
    for (let link = graph.firstChild[at]; link < graph.firstChild[at + 1]; link++) {
      const child = graph.children[link];
      if (byItem.has(child) || raw.links.get(at)?.has(child) || !isShown(child)) continue;
      if (!raw.nodes.has(child)) open.push(child);
      addLink(raw, at, child, 0);
    }
  }
}

/** Adds links as they are recorded, without items: the siblings' side of the graph. */
export function collectSiblings(raw: RawGraph, links: readonly { parent: number; child: number }[]): void {
  for (const { parent, child } of links) if (!raw.links.get(parent)?.has(child)) addLink(raw, parent, child, 0);
}
