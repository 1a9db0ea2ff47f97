import { EdgeList } from "../../lineage/edge-list.ts";
import type { Graph } from "../../lineage/graph.ts";
import { FLAG } from "../../lineage/report-table.ts";
import { readyFile } from "../../outcome/deliveries.ts";
import { KIND } from "../../outcome/kind.ts";
import { chunksOf, KEYS_AT_ONCE } from "../../source/row-stream.ts";
import type { Micros } from "../../time/instant.ts";
import { collectGarbage } from "../memory.ts";
import { Followed } from "./followed.ts";
import {
  finish,
  kindsOf,
  LAST_ZERO,
  type Lineage,
  merged,
  readAncestors,
  readBesideItems,
  readIndexes,
  readLater,
} from "./lineage.ts";
import { isBesideItems, type LineageRows } from "./lineage-rows.ts";
import type { WholeWindow } from "./whole-window.ts";

/** A part of a window: its submissions, and what was delivered and logged in it. */
export interface Slice {
  from: Micros;
  to: Micros;
  /** Reports and edges up to here are read by time, and what was made of the slice's submissions later by key. */
  near: Micros;
}

/** Ids of reports of any age that something in the slice speaks of. */
export interface SliceSeeds {
  failed: readonly string[];
  logged: readonly string[];
}

/** The lineage of a slice while it is read. */
export interface SliceLineage extends Lineage {
  followed: Followed;
  /** Reports from this number on were found by what they were made of: their other parents are not there. */
  firstFound: number;
}

/**
 * Reads the lineage of a slice: what was written in it, the submissions behind that, and by key everything that the whole window would have
 * read by time of the slice's own submissions, and of the files that failed or were sent in it. It is asked of every report, since any may
 * get a second child late.
 */
export async function readSliceLineage(
  rows: LineageRows,
  whole: WholeWindow,
  slice: Slice,
  seeds: SliceSeeds,
): Promise<SliceLineage> {
  const { span, end } = whole;
  const { reports } = rows;
  const time = { from: slice.from, to: slice.near };
  if (time.from < time.to) {
    await rows.readByTime(time);
    await readBesideItems(rows, span);
    if (span.from < slice.from) await readEarlierEdges(rows, { from: span.from, to: slice.from });
  }
  const ids = [...seeds.failed, ...seeds.logged];
  for (const id of ids) reports.ids.addText(id);
  await readAncestors(rows, (at) => isSubmissionTime(whole, at));
  let graph: Graph | undefined = finish(rows);
  const firstFound = reports.size;
  const followed = new Followed(graph);
  for (const report of ownReports(rows, graph, slice, seeds.failed)) followed.add(report);
  const added = new EdgeList();
  await readMadeLater(rows, whole, slice, followed, added);
  await readPartialIndexes(rows, span.horizon, followed, firstFound);
  move(rows.edges, added);
  rows.edges = merged(graph, added);
  // The new graph would stand beside the old one until V8 noticed: of a slice's memory that is a fifth.
  graph = undefined;
  followed.release();
  collectGarbage();
  const first = { graph: finish(rows), kinds: kindsOf(rows) };
  const later = await readLater(rows, first, { ...slice, horizon: span.horizon }, ids, end);
  followed.addAllOf(later.graph);
  return { ...later, followed, firstFound };
}

/** Completes reports that were found by what they were made of: all of their parents, up to the submissions. */
export async function completeParents(
  rows: LineageRows,
  whole: WholeWindow,
  lineage: SliceLineage,
  ids: readonly string[],
): Promise<SliceLineage> {
  if (ids.length === 0) return lineage;
  for (const id of ids) rows.reports.ids.addText(id);
  await rows.readEdges({ children: ids });
  await readAncestors(rows, (at) => isSubmissionTime(whole, at));
  await rows.readLinksInto(ids);
  await readAncestors(rows, (at) => isSubmissionTime(whole, at));
  const added = new EdgeList();
  move(rows.edges, added);
  rows.edges = merged(lineage.graph, added);
  return { ...lineage, graph: finish(rows), kinds: kindsOf(rows) };
}

/** Reports of after the window that were read by time are asked nothing when a window is read whole; so they are not here. */
function isSubmissionTime({ span }: WholeWindow, at: Micros): boolean {
  return at < span.to || at >= span.horizon;
}

/**
 * Reads the edges into reports that seem to come from nowhere: an action writes its reports and their edges at one instant, but where they
 * lie on two sides of a cut all the same, the whole window has both.
 */
async function readEarlierEdges(rows: LineageRows, time: { from: Micros; to: Micros }): Promise<void> {
  const { edges, links, reports } = rows;
  const isChild = new Uint8Array(reports.size);
  edges.each((_, __, child) => {
    isChild[child] = 1;
  });
  for (const child of links.child) isChild[child] = 1;
  const children: string[] = [];
  for (let report = 0; report < isChild.length; report++) {
    if (isChild[report] || !reports.isLoaded(report) || reports.flags[report] & FLAG.submitted) continue;
    children.push(reports.ids.text(report));
  }
  if (children.length > 0) await rows.readEdges({ children, ...time });
}

/** The slice's submissions, the files that failed in it, and those of which a copy was sent in it: an earlier copy makes that a repetition. */
function ownReports(rows: LineageRows, graph: Graph, { from, to }: Slice, failed: readonly string[]): Set<number> {
  const { reports, submissions } = rows;
  const own = new Set<number>();
  const isOwn = (report: number): boolean => reports.createdAt[report] >= from && reports.createdAt[report] < to;
  for (let row = 0; row < submissions.length; row++) {
    if (isOwn(submissions.report[row])) own.add(submissions.report[row]);
  }
  for (const id of failed) own.add(reports.ids.find(id));
  const kinds = kindsOf(rows);
  for (let report = 0; report < kinds.length; report++) {
    if (kinds[report] !== KIND.sent || !isOwn(report)) continue;
    const ready = readyFile({ graph, kinds }, report);
    if (ready >= 0) own.add(ready);
  }
  own.delete(-1);
  return own;
}

/** Reads what was made of the reports followed outside of the time that was read, a generation at a time, and follows it too. */
async function readMadeLater(
  rows: LineageRows,
  whole: WholeWindow,
  slice: Slice,
  followed: Followed,
  added: EdgeList,
): Promise<void> {
  const { reports, links } = rows;
  const { span } = whole;
  for (let asked = followed.takeFresh(); asked.length > 0; asked = followed.takeFresh()) {
    const before = reports.size;
    const found: { parent: number; child: number }[] = [];
    for (const part of chunksOf(asked, KEYS_AT_ONCE)) {
      const parents = part.map((report) => reports.ids.text(report));
      if (slice.near < span.horizon) await rows.readEdges({ parents, from: slice.near, to: span.horizon });
      const older = parents.filter((_, at) => !(reports.createdAt[part[at]] >= slice.from));
      if (older.length > 0 && span.from < slice.from) {
        await rows.readEdges({ parents: older, from: span.from, to: slice.from });
      }
      found.push(...(await rows.readChildren(parents)));
    }
    const fresh: string[] = [];
    for (let report = before; report < reports.size; report++) fresh.push(reports.ids.text(report));
    if (fresh.length > 0) await rows.readReports({ ids: fresh });
    reports.reserve();
    move(rows.edges, added, (child) => followed.add(child));
    for (const { parent, child } of found) {
      const at = reports.createdAt[child];
      if (!reports.isLoaded(child) || !isBesideItems(reports, child) || at < span.from || at >= span.horizon) continue;
      // What was read by time has its links already.
      if (at < slice.from || at >= slice.near) {
        links.parent.push(parent);
        links.child.push(child);
      }
      followed.add(child);
    }
  }
}

/** What is counted from 0 is told by all edges of a report; see `readIndexes`. */
async function readPartialIndexes(
  rows: LineageRows,
  horizon: Micros,
  followed: Followed,
  firstFound: number,
): Promise<void> {
  const { reports } = rows;
  const children: string[] = [];
  for (let report = firstFound; report < reports.size; report++) {
    if (reports.isLoaded(report) && reports.createdAt[report] < LAST_ZERO) children.push(reports.ids.text(report));
  }
  await readIndexes(rows, horizon, (report) => !followed.has(report));
  if (children.length > 0) await rows.readEdges({ children });
}

/** Moves edges from one list to another, and shows the children. */
function move(edges: EdgeList, to: EdgeList, onChild: (child: number) => void = () => undefined): void {
  edges.each(
    (parent, parentIndex, child, childIndex, tracking) => {
      to.add(parent, parentIndex, child, childIndex, tracking);
      onChild(child);
    },
    { drain: true },
  );
}
