import dagre from "@dagrejs/dagre";
import type { TraceGraph } from "../graph/types.ts";

/** A graph's drawing in pixels: where nodes stand and how edges run. */
export interface Drawing {
  width: number;
  height: number;
  nodes: { x: number; y: number; width: number; height: number }[];
  /** Paths of an SVG, in the order of the edges; undefined for a node's edge to itself. */
  paths: { d: string; x: number; y: number }[];
}

const LINE = 16;
const PADDING = 8;
/** Of a letter in the page's type at 12 pixels; a little more than most are wide. */
const LETTER = 7.3;
const MARGIN = 12;

/** Letters that stand in a node; the whole text is in its title and in the table. */
export const LETTERS = 38;

/** Lays a graph out from left to right. @param lines each node's lines, cut to LETTERS */
export function layOut({ nodes, edges }: TraceGraph, lines: readonly (readonly string[])[]): Drawing {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({
    rankdir: "LR",
    nodesep: 10,
    ranksep: 44,
    edgesep: 4,
    marginx: MARGIN,
    marginy: MARGIN,
    // The default ranker needs seconds for some hundreds of nodes.
    ranker: nodes.length > 120 ? "longest-path" : "network-simplex",
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [at] of nodes.entries()) {
    const longest = Math.max(6, ...lines[at].map((line) => line.length));
    graph.setNode(`${at}`, {
      width: Math.ceil(longest * LETTER + 2 * PADDING),
      height: lines[at].length * LINE + 2 * PADDING,
    });
  }
  for (const [at, { from, to }] of edges.entries()) graph.setEdge(`${from}`, `${to}`, {}, `${at}`);
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: nodes.map((_, at) => {
      const {
        x,
        y,
        width: w,
        height: h,
      } = graph.node(`${at}`) as { x: number; y: number; width: number; height: number };
      return { x: round(x - w / 2), y: round(y - h / 2), width: w, height: h };
    }),
    paths: edges.map(({ from, to }, at) => {
      const { points } = graph.edge(`${from}`, `${to}`, `${at}`) as { points: Point[] };
      const line = sideToSide(points, graph.node(`${from}`) as Box, graph.node(`${to}`) as Box);
      const middle = line[Math.floor(line.length / 2)];
      return {
        d: line.map(({ x, y }, place) => `${place === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join(""),
        x: round(middle.x),
        y: round(middle.y),
      };
    }),
  };
}

interface Point {
  x: number;
  y: number;
}

interface Box extends Point {
  width: number;
  height: number;
}

/** Lines that go on to the right leave a box at its right side and enter the next at its left, however many there are. */
function sideToSide(points: readonly Point[], from: Box, to: Box): readonly Point[] {
  const start = { x: from.x + from.width / 2, y: from.y };
  const end = { x: to.x - to.width / 2, y: to.y };
  if (start.x >= end.x) return points;
  return [start, ...points.slice(1, -1).filter(({ x }) => x > start.x && x < end.x), end];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
