/** Links between reports by number, each list as long as the other. */
export interface Links {
  parent: Int32Array;
  child: Int32Array;
  length: number;
}

/**
 * The circles in a lineage: every set of reports that can each be reached from each other, and
 * reports that were made of themselves. Smallest number first, in each and among them.
 *
 * Tarjan's strongly connected components with a stack of its own, since a lineage may be deeper than
 * the program's.
 */
export function findCycles({ parent, child, length }: Links, reports: number): number[][] {
  const { first, targets } = byParent(parent, child, length, reports);
  const order = new Int32Array(reports).fill(-1);
  const low = new Int32Array(reports);
  const next = Int32Array.from(first.subarray(0, reports));
  const isOpen = new Uint8Array(reports);
  const component: number[] = [];
  const path: number[] = [];
  const cycles: number[][] = [];
  let visited = 0;

  const enter = (report: number): void => {
    order[report] = visited;
    low[report] = visited;
    visited++;
    isOpen[report] = 1;
    component.push(report);
    path.push(report);
  };
  const leave = (report: number): void => {
    path.pop();
    const above = path.at(-1);
    if (above !== undefined) low[above] = Math.min(low[above], low[report]);
    if (low[report] !== order[report]) return;
    const members: number[] = [];
    for (let member = -1; member !== report; ) {
      member = component.pop() as number;
      isOpen[member] = 0;
      members.push(member);
    }
    const isLoop = members.length > 1 || targets.subarray(first[report], first[report + 1]).includes(report);
    if (isLoop) cycles.push(members.sort((left, right) => left - right));
  };

  for (let start = 0; start < reports; start++) {
    if (order[start] >= 0) continue;
    enter(start);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      if (next[at] === first[at + 1]) {
        leave(at);
        continue;
      }
      const to = targets[next[at]++];
      if (order[to] < 0) enter(to);
      else if (isOpen[to]) low[at] = Math.min(low[at], order[to]);
    }
  }
  return cycles.sort((left, right) => left[0] - right[0]);
}

function byParent(parent: Int32Array, child: Int32Array, length: number, reports: number) {
  const first = new Int32Array(reports + 1);
  for (let link = 0; link < length; link++) first[parent[link] + 1]++;
  for (let report = 0; report < reports; report++) first[report + 1] += first[report];
  const place = Int32Array.from(first);
  const targets = new Int32Array(length);
  for (let link = 0; link < length; link++) targets[place[parent[link]]++] = child[link];
  return { first, targets };
}
