import type { Facts } from "../../outcome/facts.ts";
import { KIND } from "../../outcome/kind.ts";
import type { Outcome } from "../../outcome/words.ts";
import type { InfoReader, ReportInfo } from "../report-info.ts";
import type { RawGraph } from "./collect.ts";
import { type Look, type Shape, type Shaped, shape } from "./shape.ts";
import type { GraphEdge, GraphNode, TraceGraph } from "./types.ts";

/** What a graph is drawn from and how much of it. */
export interface ViewRequest {
  raw: RawGraph;
  facts: Facts;
  infos: InfoReader;
  /** Numbers of the reports that were asked for. */
  asked: ReadonlySet<number>;
  /** Nodes that are shown at most, what is left out counted beside them. */
  nodes: number;
  /** Steps from what was asked for that are shown at most. */
  depth: number;
  /** Reports whose children were not read, with how many they have: filled in by `countUnread`. */
  unexpanded: ReadonlySet<number>;
  countUnread: (reports: readonly number[]) => Promise<Map<number, { children: number; exact: boolean }>>;
  /** Whether a report's own file name and number of items may be told. */
  tellsContents: (info: ReportInfo) => boolean;
  formatNumber: (value: number) => string;
}

/** How many ids of a group are listed. */
const MOST_IDS = 100;

/** Folds, bounds and names what was collected. */
export async function viewGraph(request: ViewRequest): Promise<TraceGraph> {
  const { raw, asked } = request;
  const shaped = shape(raw, lookAt(request));
  const above = reversed(shaped);
  const shown = nearest(shaped, above, asked, request);
  await readShownInfos(request, shaped, shown);
  const unread = await request.countUnread(
    [...shown].flatMap((at) => shaped.shapes[at].members.flat().filter((report) => request.unexpanded.has(report))),
  );
  const depths = depthsOf(shaped, above);
  const order = [...shown].sort((left, right) => depths[left] - depths[right] || left - right);
  const idOf = new Map(order.map((at, id) => [at, id]));
  const nodes = order.map((at, id) => nodeOf(request, shaped.shapes[at], id, depths[at]));
  const edges: GraphEdge[] = [];
  for (const at of order) {
    for (const [to, items] of shaped.links.get(at) ?? []) {
      const target = idOf.get(to);
      if (target !== undefined) edges.push({ from: idOf.get(at) as number, to: target, items });
    }
  }
  for (const at of order) {
    const below = hiddenReports(shaped, shaped.links.get(at)?.keys() ?? [], shown);
    const left = unreadBelow(shaped, at, unread);
    addStub(nodes, edges, idOf.get(at) as number, "below", below + left.children, left.exact, request.formatNumber);
    const parents = hiddenReports(shaped, above.get(at) ?? [], shown);
    addStub(nodes, edges, idOf.get(at) as number, "above", parents, true, request.formatNumber);
  }
  const reports = order.reduce((sum, at) => sum + shaped.shapes[at].members.flat().length, 0);
  return { nodes, edges, reports, hidden: raw.nodes.size - reports, cut: request.unexpanded.size > 0 };
}

function lookAt({ facts: { kinds, reports }, asked }: ViewRequest): (report: number) => Look {
  return (report) => {
    const kind = kinds[report] ?? KIND.unknown;
    return {
      text: `${kind}/${reports.nextAction[report] ?? 0}`,
      receiver: reports.receiver[report] ?? 0,
      alone: asked.has(report) || kind === KIND.final,
      file: kind === KIND.deliverable || kind === KIND.sent || kind === KIND.downloaded,
    };
  };
}

/** The nodes nearest to what was asked for, as many as may be shown. */
function nearest(
  { shapes, links }: Shaped,
  above: ReadonlyMap<number, number[]>,
  asked: ReadonlySet<number>,
  { nodes, depth }: ViewRequest,
): Set<number> {
  const start = shapes.flatMap(({ members }, at) =>
    members.some((chain) => chain.some((one) => asked.has(one))) ? [at] : [],
  );
  const shown = new Set((start.length > 0 ? start : [...shapes.keys()].slice(0, 1)).slice(0, nodes));
  let open = [...shown];
  for (let distance = 0; distance < depth && open.length > 0; distance++) {
    const next: number[] = [];
    for (const at of open) {
      for (const other of [...(above.get(at) ?? []), ...(links.get(at)?.keys() ?? [])]) {
        if (shown.size >= nodes) return shown;
        if (shown.has(other)) continue;
        shown.add(other);
        next.push(other);
      }
    }
    open = next;
  }
  return shown;
}

function reversed({ links }: Shaped): Map<number, number[]> {
  const above = new Map<number, number[]>();
  for (const [from, to] of links) {
    for (const child of to.keys()) {
      const known = above.get(child);
      if (known) known.push(from);
      else above.set(child, [from]);
    }
  }
  return above;
}

/** Steps from the nearest start; what only a circle leads to starts at 0. */
function depthsOf({ shapes, links }: Shaped, above: ReadonlyMap<number, number[]>): number[] {
  const depths: number[] = shapes.map(() => -1);
  const walk = (starts: number[]): void => {
    let open = starts;
    for (const at of open) depths[at] = 0;
    for (let depth = 1; open.length > 0; depth++) {
      const next: number[] = [];
      for (const at of open) {
        for (const child of links.get(at)?.keys() ?? []) {
          if (depths[child] >= 0) continue;
          depths[child] = depth;
          next.push(child);
        }
      }
      open = next;
    }
  };
  walk([...shapes.keys()].filter((at) => (above.get(at) ?? []).length === 0));
  for (const at of shapes.keys()) if (depths[at] < 0) walk([at]);
  return depths;
}

async function readShownInfos(
  { facts, infos }: ViewRequest,
  { shapes }: Shaped,
  shown: ReadonlySet<number>,
): Promise<void> {
  const ids = [...shown].flatMap((at) => {
    const chain = shapes[at].members[0];
    return [chain[0], chain[chain.length - 1]].map((report) => facts.reports.ids.text(report));
  });
  await infos.read(ids);
}

function nodeOf(request: ViewRequest, { kind, members }: Shape, id: number, depth: number): GraphNode {
  const { facts, infos, asked, formatNumber } = request;
  const chain = members[0];
  const idsOf = (report: number): string => facts.reports.ids.text(report);
  const first = infos.get(idsOf(chain[0]));
  const last = infos.get(idsOf(chain[chain.length - 1]));
  const reports = members.flat();
  const words =
    chain.length > 1
      ? `${wordOf(chain[0], first, facts)} … ${wordOf(chain[chain.length - 1], last, facts)}`
      : wordOf(chain[0], first, facts);
  return {
    id,
    kind,
    reportId: idsOf(chain[0]),
    reportIds: reports.slice(0, MOST_IDS).map(idsOf),
    reports: reports.length,
    exact: true,
    what: kind === "group" ? `${formatNumber(members.length)} × ${words}` : words,
    label: first?.sender.name || last?.receiver.name || first?.receiver.name || "",
    detail: kind === "report" && first ? detailOf(request, first, chain[0]) : "",
    depth,
    asked: reports.some((report) => asked.has(report)),
    outcome: OUTCOME_OF.get(facts.kinds[chain[chain.length - 1]]) ?? null,
  };
}

/** What a report is, in words. */
function wordOf(report: number, info: ReportInfo | undefined, { kinds }: Facts): string {
  if (info && info.sender.key !== "") return "submission";
  return WORD_OF.get(kinds[report]) ?? (info ? info.writtenBy : "unknown report");
}

const WORD_OF = new Map<number, string>([
  [KIND.deliverable, "file made ready"],
  [KIND.sent, "file sent"],
  [KIND.downloaded, "download"],
  [KIND.filtered, "filtered"],
  [KIND.unrouted, "no receiver"],
  [KIND.rejected, "rejected"],
  [KIND.unsent, "not to be sent"],
]);

const OUTCOME_OF = new Map<number, Outcome>([
  [KIND.sent, "delivered"],
  [KIND.downloaded, "downloaded"],
  [KIND.filtered, "filtered"],
  [KIND.unrouted, "unrouted"],
  [KIND.rejected, "rejected"],
]);

function detailOf({ facts, tellsContents, formatNumber }: ViewRequest, info: ReportInfo, report: number): string {
  const kind = facts.kinds[report];
  const isFile = info.sender.key !== "" || kind === KIND.deliverable || kind === KIND.sent || kind === KIND.downloaded;
  if (!isFile) return "";
  const count = `${formatNumber(info.items)} ${info.items === 1 ? "item" : "items"}`;
  const name = facts.files.name(report) || info.fileName;
  // What was handed over has a name that its sender may know; how much a shared file holds is the receiver's.
  if (!tellsContents(info)) return info.sender.key === "" ? name : "";
  return name === "" ? count : `${count}, ${name}`;
}

function hiddenReports({ shapes }: Shaped, neighbours: Iterable<number>, shown: ReadonlySet<number>): number {
  let count = 0;
  for (const at of neighbours) {
    if (shown.has(at)) continue;
    for (const chain of shapes[at].members) count += chain.length;
  }
  return count;
}

/** Children that were not read, without those that were met otherwise. */
function unreadBelow(
  { shapes, links }: Shaped,
  at: number,
  unread: ReadonlyMap<number, { children: number; exact: boolean }>,
): { children: number; exact: boolean } {
  let children = 0;
  let exact = true;
  for (const report of shapes[at].members.flat()) {
    const counted = unread.get(report);
    if (!counted) continue;
    children += counted.children;
    exact &&= counted.exact;
  }
  const met = [...(links.get(at)?.keys() ?? [])].reduce((sum, child) => sum + shapes[child].members.length, 0);
  return { children: Math.max(0, children - met), exact };
}

function addStub(
  nodes: GraphNode[],
  edges: GraphEdge[],
  beside: number,
  side: "below" | "above",
  count: number,
  exact: boolean,
  formatNumber: (value: number) => string,
): void {
  if (count === 0) return;
  const id = nodes.length;
  const depth = Math.max(0, nodes[beside].depth + (side === "below" ? 1 : -1));
  nodes.push({
    id,
    kind: "more",
    reportId: "",
    reportIds: [],
    reports: count,
    exact,
    what: `+ ${formatNumber(count)} ${exact ? "more" : "or more"}`,
    label: "",
    detail: "",
    depth,
    asked: false,
    outcome: null,
  });
  edges.push(side === "below" ? { from: beside, to: id, items: 0 } : { from: id, to: beside, items: 0 });
}
