import { EdgeList } from "../../lineage/edge-list.ts";
import { buildGraph, type Graph } from "../../lineage/graph.ts";
import { orderParents } from "../../lineage/parent-order.ts";
import { FLAG } from "../../lineage/report-table.ts";
import { STEP_NONE } from "../../lineage/steps.ts";
import { ReportWalk } from "../../lineage/walk.ts";
import { KIND, kindOf } from "../../outcome/kind.ts";
import type { Micros } from "../../time/instant.ts";
import { isBesideItems, type LineageRows } from "./lineage-rows.ts";

/** The span of time that is read whole; what came after it is looked up by key. */
export interface Span {
  from: Micros;
  to: Micros;
  /** Reports and edges up to here are read by time: the window's end and the time that work takes to settle. */
  horizon: Micros;
}

/**
 * Reads the lineage of a window: everything written from its start to the horizon, the submissions
 * behind what was delivered, failed or logged in it, and what became of open work after the horizon.
 *
 * @param seeds ids of reports from before the window that something in it speaks of
 * @param end behind the last row that the snapshot can hold
 */
export async function readLineage(
  rows: LineageRows,
  span: Span,
  seeds: readonly string[],
  end: Micros,
): Promise<Lineage> {
  const time = { from: span.from, to: span.horizon };
  await rows.readByTime(time);
  await readBesideItems(rows, span);
  for (const id of seeds) rows.reports.ids.addText(id);
  await readAncestors(rows);
  await readIndexes(rows, span.horizon, (_, at) => at < time.from || at >= time.to);
  const graph = finish(rows);
  return readLater(rows, { graph, kinds: kindsOf(rows) }, span, seeds, end);
}

/** The lineage that was read, ready to walk. */
export interface Lineage {
  graph: Graph;
  kinds: Uint8Array;
}

/** Reads what became of open work after the horizon, until nothing more is open that was not asked. */
export async function readLater(
  rows: LineageRows,
  { graph, kinds }: Lineage,
  span: Span,
  seeds: readonly string[],
  end: Micros,
): Promise<Lineage> {
  for (const asked = new Set<number>(); span.horizon < end; ) {
    const open = openReports(rows, graph, kinds, span, seeds).filter((report) => !asked.has(report));
    if (open.length === 0) break;
    for (const report of open) asked.add(report);
    const { size } = rows.reports;
    const { length } = rows.links.parent;
    await readDescendants(rows, open, span.horizon);
    if (rows.edges.length === 0 && rows.links.parent.length === length && rows.reports.size === size) continue;
    rows.edges = merged(graph, rows.edges);
    graph = finish(rows);
    kinds = kindsOf(rows);
  }
  return { graph, kinds };
}

/**
 * Reads what the items' edges do not show of the reports that were read by time: the links of those without items and of
 * downloads, and who submitted the window's submissions. By key, since the rows just read tell which: both are few, and by
 * time the server would go through all reports once more for each.
 */
export async function readBesideItems(rows: LineageRows, { from, to }: { from: Micros; to: Micros }): Promise<void> {
  const { reports } = rows;
  const linked: string[] = [];
  const submitted: string[] = [];
  for (let report = 0; report < reports.size; report++) {
    if (!reports.isLoaded(report)) continue;
    const flags = reports.flags[report];
    if (isBesideItems(reports, report)) linked.push(reports.ids.text(report));
    if (flags & FLAG.submitted && reports.createdAt[report] >= from && reports.createdAt[report] < to) {
      submitted.push(reports.ids.text(report));
    }
  }
  await rows.readBesideItems(linked, submitted);
}

/**
 * Goes up from every report that is known by its id only, a generation at a time, to the
 * submissions. These are the reports that were open when the window began, and the seeds.
 *
 * @param isAsked whether it is asked who submitted a report of this time
 */
export async function readAncestors(rows: LineageRows, isAsked: (at: Micros) => boolean = () => true): Promise<void> {
  const { reports } = rows;
  const submitted: string[] = [];
  for (let first = 0; first < reports.size; ) {
    const ids: string[] = [];
    const last = reports.size;
    for (let report = first; report < last; report++) if (!reports.isLoaded(report)) ids.push(reports.ids.text(report));
    first = last;
    if (ids.length === 0) continue;
    await rows.readReports({ ids });
    await rows.readEdges({ children: ids });
    await rows.readLinksInto(ids);
    for (const id of ids) {
      const report = reports.ids.find(id);
      if (!reports.isLoaded(report) || !isAsked(reports.createdAt[report])) continue;
      if (reports.flags[report] & FLAG.submitted) submitted.push(id);
    }
  }
  if (submitted.length > 0) await rows.readSubmissions({ ids: submitted });
}

/** ReportStream counted items from 0 until its change of 2022-02-17 was in use everywhere; no index 0 is of later than this. */
export const LAST_ZERO = Date.UTC(2023, 0, 1) * 1000;

/**
 * Reads all edges that leave older reports of which only those on the way to something else are there: what counts items from 0, and which
 * row of a legacy submission has a tracking id, is told by all of them. Their children stay unknown.
 *
 * @param isPartial whether only some edges of a report of this time are there
 */
export async function readIndexes(
  rows: LineageRows,
  horizon: Micros,
  isPartial: (report: number, at: Micros) => boolean,
): Promise<void> {
  const { reports } = rows;
  const parents: string[] = [];
  for (let report = 0; report < reports.size; report++) {
    if (!reports.isLoaded(report)) continue;
    const at = reports.createdAt[report];
    const isLegacy = (reports.flags[report] & FLAG.submitted) !== 0 && reports.nextAction[report] === STEP_NONE;
    if ((at < LAST_ZERO || isLegacy) && isPartial(report, at)) parents.push(reports.ids.text(report));
  }
  if (parents.length > 0) await rows.readEdges({ parents, from: 0, to: horizon });
}

/** Reads what was made of open reports after the horizon: their children, and the children's rows. */
async function readDescendants(rows: LineageRows, open: readonly number[], from: Micros): Promise<void> {
  const { reports } = rows;
  const before = reports.size;
  const parents = open.map((report) => reports.ids.text(report));
  await rows.readEdges({ parents, from });
  await rows.readLinks({ parents, from });
  const ids: string[] = [];
  for (let report = before; report < reports.size; report++) ids.push(reports.ids.text(report));
  if (ids.length === 0) return;
  await rows.readReports({ ids });
}

/**
 * What later rows can still change, of all that came from the window's submissions: work without a
 * child, and files made ready to be sent, which may be sent again or fetched at any time.
 */
function openReports(
  rows: LineageRows,
  graph: Graph,
  kinds: Uint8Array,
  span: Span,
  seeds: readonly string[],
): number[] {
  const { reports, submissions } = rows;
  const down = new ReportWalk(graph, "down");
  const seen = new Uint8Array(graph.reportCount);
  const open: number[] = [];
  const consider = (report: number): void => {
    if (seen[report]) return;
    seen[report] = 1;
    const isLeaf = graph.firstChild[report] === graph.firstChild[report + 1];
    if (kinds[report] === KIND.deliverable || (kinds[report] === KIND.step && isLeaf)) {
      open.push(report);
    }
  };
  for (let row = 0; row < submissions.length; row++) {
    const root = submissions.report[row];
    const at = reports.createdAt[root];
    if (at < span.from || at >= span.to) continue;
    consider(root);
    down.from(root, consider);
  }
  // A file that failed in the window may hold older submissions only; whether it recovered is asked all the same.
  for (const id of seeds) consider(reports.ids.find(id));
  return open;
}

/** Builds the graph of what was read, and takes its edges over. */
export function finish(rows: LineageRows): Graph {
  rows.reports.reserve();
  const { edges } = rows;
  rows.edges = new EdgeList();
  const graph = buildGraph(edges, rows.links, rows.reports.size, rows.tracking);
  orderParents(graph, rows.reports);
  return graph;
}

/** The graph's edges and new ones in one list, to build it again. */
export function merged(graph: Graph, added: EdgeList): EdgeList {
  for (let report = 0; report < graph.reportCount; report++) {
    for (let edge = graph.firstEdge[report]; edge < graph.firstEdge[report + 1]; edge++) {
      added.add(report, graph.parentIndex[edge], graph.child[edge], graph.childIndex[edge], graph.tracking[edge]);
    }
  }
  return added;
}

/** The kind of each report that was read. */
export function kindsOf({ reports }: LineageRows): Uint8Array {
  const kinds = new Uint8Array(reports.size);
  // One for all of them: an object for each left 78 MB of a day to collect.
  const row = { flags: 0, nextAction: 0, writtenBy: 0, receiver: 0, itemCount: 0 };
  for (let report = 0; report < kinds.length; report++) {
    row.flags = reports.flags[report];
    row.nextAction = reports.nextAction[report];
    row.writtenBy = reports.writtenBy[report];
    row.receiver = reports.receiver[report];
    row.itemCount = reports.itemCount[report];
    kinds[report] = kindOf(row);
  }
  return kinds;
}
