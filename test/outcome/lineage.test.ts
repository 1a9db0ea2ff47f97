import { describe, expect, test } from "vitest";
import { rootItemOf } from "../../src/lineage/ancestry.ts";
import { EdgeList } from "../../src/lineage/edge-list.ts";
import { buildGraph, type Graph } from "../../src/lineage/graph.ts";
import { zeroBasedReports } from "../../src/lineage/index-base.ts";
import { FLAG, type ReportRow, ReportTable } from "../../src/lineage/report-table.ts";
import { ItemWalk, ReportWalk } from "../../src/lineage/walk.ts";

type Edge = [parent: number, parentIndex: number, child: number, childIndex: number, tracking?: number];

function graphOf(edges: Edge[], reportCount: number, links: [number, number][] = []): Graph {
  const list = new EdgeList();
  for (const [parent, from, child, to, tracking = 0] of edges) list.add(parent, from, child, to, tracking);
  return buildGraph(
    list,
    { parent: links.map(([parent]) => parent), child: links.map(([, child]) => child) },
    reportCount,
  );
}

function walked(graph: Graph, report: number, index: number): string[] {
  const nodes: string[] = [];
  new ItemWalk(graph).down(report, index, (to, toIndex, edges) => nodes.push(`${to}/${toIndex} ${edges}`));
  return nodes.sort();
}

describe("the graph", () => {
  test("an edge that is stored eight times is one edge", () => {
    const edges = Array.from({ length: 8 }, (): Edge => [0, 1, 1, 1]);
    const graph = graphOf(edges, 2);
    expect(graph.edgeCount).toBe(1);
    expect(walked(graph, 0, 1)).toEqual(["1/1 0"]);
  });

  test("edges that differ in either index are two", () => {
    expect(
      graphOf(
        [
          [0, 1, 1, 1],
          [0, 1, 1, 2],
          [0, 2, 1, 1],
        ],
        2,
      ).edgeCount,
    ).toBe(3);
  });

  test("a repeated edge keeps the tracking id that one of its rows has", () => {
    const graph = graphOf(
      [
        [0, 1, 1, 1, 0],
        [0, 1, 1, 1, 9],
      ],
      2,
    );
    expect(graph.tracking[0]).toBe(9);
  });

  test("report links fold with those of the edges, both ways", () => {
    const graph = graphOf(
      [
        [0, 1, 1, 1],
        [0, 2, 1, 2],
      ],
      3,
      [
        [0, 1],
        [1, 2],
        [1, 2],
      ],
    );
    expect([...graph.children]).toEqual([1, 2]);
    expect([...graph.parents]).toEqual([0, 1]);
  });
});

describe("the walk down", () => {
  test("a diamond is passed once", () => {
    const graph = graphOf(
      [
        [0, 1, 1, 1],
        [0, 1, 2, 1],
        [1, 1, 3, 1],
        [2, 1, 3, 1],
        [3, 1, 4, 1],
      ],
      5,
    );
    expect(walked(graph, 0, 1)).toEqual(["1/1 1", "2/1 1", "3/1 1", "4/1 0"]);
  });

  test("follows the item, not the report", () => {
    const graph = graphOf(
      [
        [0, 1, 1, 1],
        [0, 2, 1, 2],
        [1, 1, 2, 1],
        [1, 2, 3, 1],
      ],
      4,
    );
    expect(walked(graph, 0, 2)).toEqual(["1/2 1", "3/1 0"]);
  });

  test("ends on cycles and self-loops", () => {
    const graph = graphOf(
      [
        [0, 1, 1, 1],
        [1, 1, 2, 1],
        [2, 1, 1, 1],
        [2, 1, 2, 1],
      ],
      3,
    );
    expect(walked(graph, 0, 1)).toEqual(["1/1 1", "2/1 2"]);
  });

  test("of reports passes each once, up and down", () => {
    const graph = graphOf(
      [
        [0, 1, 1, 1],
        [0, 1, 2, 1],
        [1, 1, 3, 1],
        [2, 1, 3, 1],
        [3, 1, 0, 1],
      ],
      4,
    );
    for (const direction of ["down", "up"] as const) {
      const seen: number[] = [];
      new ReportWalk(graph, direction).from(3, (report) => seen.push(report));
      expect(seen.sort()).toEqual([0, 1, 2, 3]);
    }
  });

  test("the way up leads to the item of the submission", () => {
    const graph = graphOf(
      [
        [0, 2, 1, 1],
        [1, 1, 2, 5],
        [3, 1, 2, 4],
      ],
      4,
    );
    expect(rootItemOf(graph, 2, 5)).toEqual({ root: 0, index: 2 });
    expect(rootItemOf(graph, 2, 4)).toEqual({ root: 3, index: 1 });
    expect(rootItemOf(graph, 2, 1)).toBeUndefined();
    expect(
      rootItemOf(
        graphOf(
          [
            [0, 1, 1, 1],
            [1, 1, 0, 1],
          ],
          2,
        ),
        0,
        1,
      ),
    ).toBeUndefined();
  });
});

describe("the table of reports", () => {
  const row = {
    ...{ actionId: 1, createdAt: 2, nextAction: 3, nextActionAt: Number.NaN, receiver: 4, itemCount: 5 },
    ...{ itemCountBefore: -1, flags: FLAG.submitted, writtenBy: 6 },
  };
  function tableOf(...rows: ReportRow[]): ReportTable {
    const reports = new ReportTable();
    for (const [number, values] of rows.entries()) {
      reports.ids.addText(`0000000${number}-0000-4000-8000-000000000000`);
      reports.set(number, values);
    }
    return reports;
  }

  test("tells no count before filters from a count of none, and takes a row once more", () => {
    const reports = tableOf(row, { ...row, itemCountBefore: 0 }, { ...row, itemCountBefore: 7 });
    expect([0, 1, 2].map((report) => reports.itemCountBefore(report))).toEqual([-1, 0, 7]);
    reports.set(2, row);
    expect(reports.itemCountBefore(2)).toBe(-1);
  });

  test("numbers more receivers than two bytes hold", () => {
    const reports = tableOf({ ...row, receiver: 0xffff }, { ...row, receiver: 0x1_0000 }, { ...row, receiver: 3 });
    expect([0, 1, 2].map((report) => reports.receiver[report])).toEqual([0xffff, 0x1_0000, 3]);
    reports.expect(5000);
    expect(reports.receiver[1]).toBe(0x1_0000);
  });
});

describe("where indexes begin", () => {
  const CHANGE = Date.UTC(2022, 1, 17) * 1000;
  function base(createdAt: number, itemCount: number, edges: Edge[]): number {
    const reports = new ReportTable();
    for (const letter of "ab") reports.ids.addText(`${letter.repeat(8)}-0000-4000-8000-000000000000`);
    const row = {
      actionId: 1,
      nextAction: 0,
      nextActionAt: Number.NaN,
      receiver: 0,
      itemCountBefore: -1,
      flags: 0,
      writtenBy: 0,
    };
    reports.set(0, { ...row, createdAt, itemCount });
    return zeroBasedReports(graphOf(edges, 2), reports)[0]!;
  }
  test("an index 0 proves it for the report that it is in, whatever its age and its neighbour's", () => {
    const reports = new ReportTable();
    const row = {
      actionId: 1,
      nextAction: 0,
      nextActionAt: Number.NaN,
      receiver: 0,
      itemCountBefore: -1,
      flags: 0,
      writtenBy: 0,
    };
    for (const [number, letter] of ["a", "b"].entries()) {
      reports.ids.addText(`${letter.repeat(8)}-0000-4000-8000-000000000000`);
      reports.set(number, { ...row, createdAt: CHANGE + 1, itemCount: 1 });
    }
    expect([...zeroBasedReports(graphOf([[0, 1, 1, 0]], 2), reports)]).toEqual([0, 1]);
  });

  test.each([
    ["old, without edges", 1, CHANGE - 1, 2, []],
    ["of the change, without edges", 0, CHANGE, 2, []],
    ["old, with an index as high as its count", 0, CHANGE - 1, 2, [[0, 2, 1, 1] as Edge]],
    ["old, with a lower index", 1, CHANGE - 1, 2, [[0, 1, 1, 0] as Edge]],
    ["new, with an index 0", 1, CHANGE + 1, 2, [[0, 0, 1, 1] as Edge]],
  ] as [string, number, number, number, Edge[]][])("%s: %i", (_, expected, at, count, edges) => {
    expect(base(at, count, edges)).toBe(expected);
  });
});
