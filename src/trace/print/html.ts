import { displayWidth, printableText } from "../../query/table.ts";
import type { Render } from "../../report/templates.ts";
import type { GraphNode, TraceGraph } from "../graph/types.ts";
import type { TraceResult } from "../types.ts";
import { LETTERS, layOut } from "./layout.ts";
import { sayMoment } from "./moment.ts";
import { sayRest, sayStory } from "./say.ts";

/** The page: the stories, the drawing, and the same lineage as a table for whoever cannot see or print a drawing. */
export function formatHtml(result: TraceResult, render: Render): string {
  const { answers, timeZone, snapshot, asOf, seenBy } = result;
  const [first] = answers;
  const title = answers.length === 1 ? `Trace of ${first.asked}` : `Trace of ${answers.length} ids`;
  const model = {
    title,
    seenBy,
    asOfText: sayMoment(asOf, timeZone),
    snapshotText: sayMoment(snapshot.at, timeZone),
    answers: answers.map(({ asked, is, stories, moreStories }) => ({
      asked,
      is,
      stories: stories.map((story) => sayStory(story, timeZone)),
      moreStories,
    })),
    graph: result.graph === null ? null : graphModel(result.graph),
    rest: sayRest(result),
  };
  return render("trace", printable(model));
}

/** The same with every text's controls, and marks that reorder text, written as escapes: names are their senders'. */
function printable<T>(value: T): T {
  if (typeof value === "string") return printableText(value) as T;
  if (Array.isArray(value)) return value.map(printable) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, printable(member)])) as T;
}

function graphModel(graph: TraceGraph) {
  const lines = graph.nodes.map((node) => linesOf(node).map(cut));
  const drawing = layOut(graph, lines);
  const around = neighbours(graph);
  return {
    width: drawing.width,
    height: drawing.height,
    hidden: graph.hidden,
    cut: graph.cut,
    reports: graph.reports,
    count: graph.nodes.length,
    asked: graph.nodes
      .filter(({ asked }) => asked)
      .map(({ id }) => id)
      .slice(0, 1),
    paths: graph.edges.map(({ items }, at) => ({ ...drawing.paths[at], items: items > 1 ? items : null })),
    nodes: graph.nodes.map((node, at) => ({
      id: node.id,
      ...drawing.nodes[at],
      kind: node.kind,
      asked: node.asked,
      outcome: node.outcome,
      lines: lines[at].map((text, line) => ({
        text,
        x: drawing.nodes[at].x + 8,
        y: drawing.nodes[at].y + 20 + 16 * line,
      })),
      name: linesOf(node).join(", "),
      what: node.what,
      label: node.label,
      detail: node.detail,
      reportId: node.kind === "report" ? node.reportId : "",
      reportIds: node.kind === "report" || node.kind === "more" ? [] : node.reportIds,
      moreIds: Math.max(0, node.reports - node.reportIds.length),
      isStub: node.kind === "more",
      from: around.get(node.id)?.from ?? [],
      to: around.get(node.id)?.to ?? [],
    })),
  };
}

function linesOf({ what, label, detail, reportId, kind }: GraphNode): string[] {
  return [what, label, detail, kind === "report" ? reportId : ""].filter(Boolean);
}

/** A line that fits a node; what is cut ends in an ellipsis and stands whole in the table. */
function cut(text: string): string {
  const printable = printableText(text);
  if (displayWidth(printable) <= LETTERS) return printable;
  let kept = "";
  for (const char of printable) {
    if (displayWidth(kept + char) >= LETTERS) break;
    kept += char;
  }
  return `${kept}…`;
}

function neighbours({ nodes, edges }: TraceGraph) {
  const around = new Map(nodes.map(({ id }) => [id, { from: [] as Neighbour[], to: [] as Neighbour[] }]));
  for (const { from, to, items } of edges) {
    const along = items > 1 ? items : null;
    around.get(from)?.to.push({ id: to, what: nodes[to].what, items: along });
    around.get(to)?.from.push({ id: from, what: nodes[from].what, items: along });
  }
  return around;
}

interface Neighbour {
  id: number;
  what: string;
  items: number | null;
}
