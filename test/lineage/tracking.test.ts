import { expect, test } from "vitest";
import { EdgeList } from "../../src/lineage/edge-list.ts";
import { buildGraph } from "../../src/lineage/graph.ts";
import { TextPool } from "../../src/lineage/text-pool.ts";
import { trackingAt } from "../../src/lineage/tracking.ts";

/** The tracking id that item 1 of report 0 gets, if edges with these leave it for children in this order; null for an edge without one. */
function idOf(...ids: (string | null)[]): string {
  return idBy(ids, (at) => at + 1);
}

/** @param childOf the child of an edge, by its place; the same child twice is one edge that was written twice */
function idBy(ids: readonly (string | null)[], childOf: (at: number) => number): string {
  const pool = new TextPool();
  const edges = new EdgeList();
  ids.forEach((id, at) => {
    const bytes = Buffer.from(id ?? "");
    edges.add(0, 1, childOf(at), 1, pool.add(bytes, 0, id === null ? -1 : bytes.length));
    // Another item's id is nobody's else.
    edges.add(0, 2, childOf(at), 2, pool.add(Buffer.from("A-0"), 0, 3));
  });
  const graph = buildGraph(edges, { parent: [], child: [] }, ids.length + 1, pool);
  return pool.text(trackingAt(graph, pool, 0, 1));
}

test("an item's tracking id is the least of those that its edges carry, in whatever order they came", () => {
  expect(idOf("B-2", null, "B-10", "é")).toBe("B-10");
  expect(idOf("é", "B-10", "B-2")).toBe("B-10");
  expect(idOf("B", "B-10")).toBe("B");
  expect(idOf("B-10", "B")).toBe("B");
  expect(idOf(null, "B")).toBe("B");
});

test("so it is where one edge was written several times", () => {
  expect(idBy(["A", "B"], () => 1)).toBe("A");
  expect(idBy(["B", null, "A"], () => 1)).toBe("A");
});

test("an item whose edges carry none, or that no edge leaves, has none", () => {
  expect(idOf(null, null)).toBe("");
  expect(idOf()).toBe("");
});
