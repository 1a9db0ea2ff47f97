import type { EdgeList } from "./edge-list.ts";
import type { TextPool } from "./text-pool.ts";

/**
 * The lineage of a run, ready to walk: item edges sorted by parent report and parent index, each
 * once, and the distinct report-to-report links both ways. No object per edge; about 36 bytes one.
 */
export interface Graph {
  /** Edges of report r stand at firstEdge[r] .. firstEdge[r + 1] - 1, ordered by (parentIndex, child, childIndex). */
  firstEdge: Int32Array;
  parentIndex: Int32Array;
  child: Int32Array;
  childIndex: Int32Array;
  /** Position of the edge's tracking id in the text pool; 0 for none. */
  tracking: Uint32Array;
  edgeCount: number;
  reportCount: number;
  /** Distinct child reports of r: children[firstChild[r]] .. children[firstChild[r + 1] - 1]. */
  firstChild: Int32Array;
  children: Int32Array;
  /** Distinct parent reports of r, likewise. */
  firstParent: Int32Array;
  parents: Int32Array;
}

/** Report-to-report links that item edges do not show: downloads, empty files, legacy filtered reports. */
export interface ReportLinks {
  parent: number[];
  child: number[];
}

/**
 * Builds the graph. Duplicate edges fold into one: since 2023-09-11 ReportStream writes the edges
 * into a report again at each of its downloads, and two reads by key may fetch the same row.
 * Takes `edges` over: the list is empty afterwards.
 *
 * @param texts what the edges' tracking ids stand in: of those of one edge the least is kept; without it the first
 */
export function buildGraph(
  edges: EdgeList,
  links: ReportLinks,
  reportCount: number,
  texts?: Pick<TextPool, "compare">,
): Graph {
  const sorted = sortByParent(edges, reportCount);
  const edgeCount = sortRunsAndFold(sorted, reportCount, texts);
  const scratch = new Int32Array(reportCount + 1);
  const childPairs = reportPairs(sorted, links, reportCount, scratch);
  return {
    firstEdge: sorted.firstEdge,
    parentIndex: sorted.parentIndex,
    child: sorted.child,
    childIndex: sorted.childIndex,
    tracking: sorted.tracking,
    edgeCount,
    reportCount,
    firstChild: childPairs.first,
    children: childPairs.targets,
    ...reversed(childPairs, reportCount, scratch.fill(0)),
  };
}

interface SortedEdges {
  firstEdge: Int32Array;
  parentIndex: Int32Array;
  child: Int32Array;
  childIndex: Int32Array;
  tracking: Uint32Array;
}

/** Counting sort by parent report: linear, and stable. Empties the list as it goes. */
function sortByParent(edges: EdgeList, reportCount: number): SortedEdges {
  const { length } = edges;
  const firstEdge = new Int32Array(reportCount + 1);
  edges.each((parent) => {
    firstEdge[parent + 1]++;
  });
  for (let report = 0; report < reportCount; report++) firstEdge[report + 1] += firstEdge[report];
  const sorted = {
    firstEdge,
    parentIndex: new Int32Array(length),
    child: new Int32Array(length),
    childIndex: new Int32Array(length),
    tracking: new Uint32Array(length),
  };
  const { parentIndex, child, childIndex, tracking } = sorted;
  edges.each(
    (parent, index, into, indexThere, position) => {
      const edge = firstEdge[parent]++;
      parentIndex[edge] = index;
      child[edge] = into;
      childIndex[edge] = indexThere;
      // Memory that is never written to takes no room, and hardly any edge has a tracking id.
      if (position !== 0) tracking[edge] = position;
    },
    { drain: true },
  );
  shiftBack(firstEdge);
  return sorted;
}

/** Placing moved every start on to the next one's: moving them back saves a second column of starts. */
function shiftBack(starts: Int32Array): void {
  starts.copyWithin(1, 0, starts.length - 1);
  starts[0] = 0;
}

/** Sorts each report's run and drops repeated edges; returns how many are left. */
function sortRunsAndFold(
  edges: SortedEdges,
  reportCount: number,
  texts: Pick<TextPool, "compare"> | undefined,
): number {
  const { firstEdge, parentIndex, child, childIndex, tracking } = edges;
  let kept = 0;
  for (let report = 0; report < reportCount; report++) {
    const start = firstEdge[report];
    const end = firstEdge[report + 1];
    firstEdge[report] = kept;
    if (end - start > 1) sortRun(edges, start, end);
    for (let edge = start; edge < end; edge++) {
      const last = kept - 1;
      if (
        last >= firstEdge[report] &&
        parentIndex[last] === parentIndex[edge] &&
        child[last] === child[edge] &&
        childIndex[last] === childIndex[edge]
      ) {
        const at = tracking[edge];
        if (at !== 0 && (tracking[last] === 0 || (texts && texts.compare(at, tracking[last]) < 0))) tracking[last] = at;
        continue;
      }
      if (kept !== edge) {
        parentIndex[kept] = parentIndex[edge];
        child[kept] = child[edge];
        childIndex[kept] = childIndex[edge];
        if (tracking[kept] !== tracking[edge]) tracking[kept] = tracking[edge];
      }
      kept++;
    }
  }
  firstEdge[reportCount] = kept;
  return kept;
}

/** Runs up to here are sorted where they stand; longer ones by a list of their positions. */
const SHORT_RUN = 32;

/** Sorts edges start .. end - 1 by (parentIndex, child, childIndex). Most runs come sorted already. */
function sortRun(edges: SortedEdges, start: number, end: number): void {
  let ordered = true;
  for (let edge = start + 1; edge < end && ordered; edge++) ordered = before(edges, edge - 1, edge) <= 0;
  if (ordered) return;
  if (end - start <= SHORT_RUN) {
    sortShortRun(edges, start, end);
    return;
  }
  const order = Array.from({ length: end - start }, (_, at) => start + at);
  order.sort((left, right) => before(edges, left, right));
  for (const column of [edges.parentIndex, edges.child, edges.childIndex, edges.tracking]) {
    const values = order.map((edge) => column[edge]);
    column.set(values, start);
  }
}

function before({ parentIndex, child, childIndex }: SortedEdges, left: number, right: number): number {
  return parentIndex[left] - parentIndex[right] || child[left] - child[right] || childIndex[left] - childIndex[right];
}

/** By insertion: stable, and without an object for the run. */
function sortShortRun(edges: SortedEdges, start: number, end: number): void {
  const { parentIndex, child, childIndex, tracking } = edges;
  for (let edge = start + 1; edge < end; edge++) {
    for (let at = edge; at > start && before(edges, at - 1, at) > 0; at--) {
      for (const column of [parentIndex, child, childIndex]) {
        const value = column[at];
        column[at] = column[at - 1];
        column[at - 1] = value;
      }
      if (tracking[at] === tracking[at - 1]) continue;
      const position = tracking[at];
      tracking[at] = tracking[at - 1];
      tracking[at - 1] = position;
    }
  }
}

interface Pairs {
  first: Int32Array;
  targets: Int32Array;
}

/** The distinct (parent, child) pairs of edges and links, by parent. `seenBy[c]` is p + 1 once the pair (p, c) is written. */
function reportPairs(edges: SortedEdges, links: ReportLinks, reportCount: number, seenBy: Int32Array): Pairs {
  const { firstEdge, child } = edges;
  const byParent = linksByParent(links, reportCount);
  const first = new Int32Array(reportCount + 1);
  // Room for all of them; what stays unused takes no memory.
  const targets = new Int32Array(firstEdge[reportCount] + byParent.targets.length);
  let length = 0;
  for (let report = 0; report < reportCount; report++) {
    first[report] = length;
    for (let edge = firstEdge[report]; edge < firstEdge[report + 1]; edge++) {
      const to = child[edge];
      if (seenBy[to] === report + 1) continue;
      seenBy[to] = report + 1;
      targets[length++] = to;
    }
    for (let link = byParent.first[report]; link < byParent.first[report + 1]; link++) {
      const to = byParent.targets[link];
      if (seenBy[to] === report + 1) continue;
      seenBy[to] = report + 1;
      targets[length++] = to;
    }
  }
  first[reportCount] = length;
  return { first, targets: targets.subarray(0, length) };
}

function linksByParent(links: ReportLinks, reportCount: number): Pairs {
  const first = new Int32Array(reportCount + 1);
  for (const parent of links.parent) first[parent + 1]++;
  for (let report = 0; report < reportCount; report++) first[report + 1] += first[report];
  const targets = new Int32Array(links.parent.length);
  for (let link = 0; link < links.parent.length; link++) targets[first[links.parent[link]]++] = links.child[link];
  shiftBack(first);
  return { first, targets };
}

/** The pairs by their target. `firstParent` comes empty: the column that the pairs were found with is used again. */
function reversed(
  pairs: Pairs,
  reportCount: number,
  firstParent: Int32Array,
): { firstParent: Int32Array; parents: Int32Array } {
  const { targets } = pairs;
  for (let pair = 0; pair < targets.length; pair++) firstParent[targets[pair] + 1]++;
  for (let report = 0; report < reportCount; report++) firstParent[report + 1] += firstParent[report];
  const parents = new Int32Array(targets.length);
  for (let report = 0; report < reportCount; report++) {
    for (let pair = pairs.first[report]; pair < pairs.first[report + 1]; pair++) {
      parents[firstParent[targets[pair]]++] = report;
    }
  }
  shiftBack(firstParent);
  return { firstParent, parents };
}

/** Position of the first edge that leaves (report, index), or -1 if none does. */
export function firstEdgeOf({ firstEdge, parentIndex }: Graph, report: number, index: number): number {
  let low = firstEdge[report];
  const end = firstEdge[report + 1];
  if (low === end) return -1;
  // Most reports hold one item, and in most files one edge leaves each: both are found at the first look.
  const ahead = index - parentIndex[low];
  if (ahead <= 0) return ahead === 0 ? low : -1;
  const guess = low + ahead;
  if (guess < end && parentIndex[guess] === index && parentIndex[guess - 1] < index) return guess;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (parentIndex[middle] < index) low = middle + 1;
    else high = middle;
  }
  return low < end && parentIndex[low] === index ? low : -1;
}
