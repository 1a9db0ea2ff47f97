import { helpers } from "../../report/helpers.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { rowsByKeys } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { ReadPlan } from "../read-plan.ts";
import type { Place } from "../reader.ts";
import type { ReportInfo } from "../report-info.ts";
import { seesReceiver, seesSubmission } from "../story/sight.ts";
import type { StoryContext } from "../story/story-context.ts";
import type { Target } from "../targets.ts";
import { collectCopy, collectDown, collectLinked, collectSiblings, collectUp, emptyGraph } from "./collect.ts";
import type { TraceGraph } from "./types.ts";
import { viewGraph } from "./view.ts";

export interface TraceGraphRequest {
  up: boolean;
  down: boolean;
  siblings: readonly { parent: number; child: number }[];
  depth: number;
  nodes: number;
  targets: readonly Target[];
  plan: ReadPlan;
  context: StoryContext;
  snapshot: Snapshot;
  catalogue: Catalogue;
}

/** Children that are counted of a report that was not followed further. */
const MOST_COUNTED = 1000;

/** The graph around all that stories were told of, as far as the asker may see it. */
export async function traceGraph(request: TraceGraphRequest): Promise<TraceGraph> {
  const { plan, context, targets, snapshot, catalogue } = request;
  const { facts, infos, reader, sight } = context;
  const { reports, graph } = facts;
  const raw = emptyGraph();
  const asked = new Set<number>();
  const isShown =
    (ofSender: boolean) =>
    (report: number): boolean =>
      ofSender ||
      reports.receiver[report] === 0 ||
      seesReceiver(sight, reports.receivers.get(reports.receiver[report]));
  for (const target of targets) {
    if (target.kind === "request") continue;
    const isOwn = target.kind === "items" ? seesSubmission(sight, infos.get(target.root)?.sender ?? NOBODY) : true;
    const { below, above, number } = startOf(target, plan, context);
    asked.add(number);
    raw.nodes.add(number);
    if (target.kind === "file") collectCopy(raw, graph, reader.number(target.ready), number);
    if (request.up) collectUp(raw, reader, above);
    if (request.down) {
      collectDown(raw, graph, isOwn ? below : below.filter((place) => reachesOwn(place, context)), isShown(isOwn));
      collectLinked(raw, graph, isShown(isOwn));
    }
  }
  collectSiblings(raw, request.siblings);
  return viewGraph({
    raw,
    facts,
    infos,
    asked,
    nodes: request.nodes,
    depth: request.depth,
    unexpanded: reader.unexpanded,
    async countUnread(unread) {
      const counts = new Map<number, { children: number; exact: boolean }>();
      const ids = unread.map((report) => reader.idOf(report));
      const query = catalogue.find("trace-counts");
      for await (const batch of rowsByKeys(snapshot, query, "parents", ids, { most: MOST_COUNTED })) {
        for (const [id, children, counted] of batch) {
          counts.set(reader.number(String(id)), { children: Number(children), exact: Number(counted) < MOST_COUNTED });
        }
      }
      return counts;
    },
    tellsContents: (info: ReportInfo) =>
      sight === undefined ||
      (info.sender.key === "" ? seesReceiver(sight, info.receiver) : seesSubmission(sight, info.sender)),
    formatNumber: helpers.number,
  });
}

const NOBODY = { name: "", organization: "", key: "" };

/** Where the walks down and up start, and the report that was asked for. */
function startOf(
  target: Exclude<Target, { kind: "request" }>,
  plan: ReadPlan,
  { facts, reader }: StoryContext,
): { below: Place[]; above: Place[]; number: number } {
  const { read } = plan.of(target);
  if (target.kind === "file") {
    const file = reader.number(target.ready);
    const places = read.map((index) => ({ report: file, index }));
    return { below: places, above: places, number: reader.number(target.asked) };
  }
  const root = reader.number(target.root);
  const indexes = target.indexes ?? storedIndexes(root, facts.graph);
  if (target.step === null) {
    return { below: indexes.map((index) => ({ report: root, index })), above: [], number: root };
  }
  // The report asked for, its items those that lead up to the submission's.
  const step = reader.number(target.step);
  const wanted = new Set(indexes);
  const places = itemsAt(step, facts.graph, reader).filter((place) =>
    reader.topOf(place).some(({ report, index }) => report === root && wanted.has(index)),
  );
  return { below: places, above: places, number: step };
}

/** Whether an item came to the organization that looks, or on the way to it. */
function reachesOwn(place: Place, { facts: { graph, reports }, sight }: StoryContext): boolean {
  const raw = emptyGraph();
  collectDown(raw, graph, [place], () => true);
  return [...raw.nodes].some((report) => seesReceiver(sight, reports.receivers.get(reports.receiver[report])));
}

/** All positions that leave a report, those included whose lineage was not read to the end. */
function storedIndexes(report: number, graph: StoryContext["facts"]["graph"]): number[] {
  return [...new Set(graph.parentIndex.subarray(graph.firstEdge[report], graph.firstEdge[report + 1]))];
}

/** The positions of a report that edges enter. */
function itemsAt(report: number, graph: StoryContext["facts"]["graph"], reader: StoryContext["reader"]): Place[] {
  const indexes = new Set<number>();
  for (let link = graph.firstParent[report]; link < graph.firstParent[report + 1]; link++) {
    const parent = graph.parents[link];
    for (let edge = graph.firstEdge[parent]; edge < graph.firstEdge[parent + 1]; edge++) {
      if (graph.child[edge] === report) indexes.add(graph.childIndex[edge]);
    }
  }
  return [...indexes].map((index) => ({ report, index })).filter((place) => reader.parentsOf(place).length > 0);
}
