// Builds and walks a lineage of about so many edges and prints what each part took. One process a size, so that the
// peak of memory is that size's own. The shape is the universal pipeline's: a submission of ten items, a report an item
// at each of three steps, files of a hundred items, sent files.

import { EdgeList } from "../../dist/lineage/edge-list.js";
import { buildGraph } from "../../dist/lineage/graph.js";
import { ReportTable } from "../../dist/lineage/report-table.js";
import { ItemWalk } from "../../dist/lineage/walk.js";

const EDGES_AN_ITEM = 5;
const ITEMS_A_SUBMISSION = 10;
const ITEMS_A_FILE = 100;
const RECEIVER = 7;

const wanted = Number(process.argv[2]);
const items = Math.max(ITEMS_A_FILE, Math.round(wanted / EDGES_AN_ITEM / ITEMS_A_FILE) * ITEMS_A_FILE);
const floorMegabytes = process.resourceUsage().maxRSS / 1024;

const reports = new ReportTable();
const edges = new EdgeList();
// As a run does, which asks the server's planner.
reports.expect(Math.ceil((wanted / EDGES_AN_ITEM) * (3 + 1 / ITEMS_A_SUBMISSION + 2 / ITEMS_A_FILE) * 1.1));
const uuid = Buffer.alloc(16);
const row = {
  actionId: 1,
  createdAt: 0,
  nextAction: 1,
  nextActionAt: 0,
  receiver: 0,
  itemCount: 1,
  itemCountBefore: -1,
  flags: 0,
  writtenBy: 0,
};
let now = 1_700_000_000_000_000;

/** Random-looking bytes that can be made again from a report's number, so that they need not be kept. */
function writeUuid(report) {
  for (let word = 0; word < 4; word++) {
    let mixed = Math.imul(report * 4 + word + 1, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae3d);
    uuid.writeInt32BE(mixed ^ (mixed >>> 16), word * 4);
  }
}

/** Reports from the third step on have a receiver, as in the universal pipeline. */
function newReport(itemCount, receiver = 0) {
  writeUuid(reports.size);
  const report = reports.ids.add(uuid, 0);
  row.actionId++;
  row.createdAt = now++;
  row.nextActionAt = row.createdAt;
  row.itemCount = itemCount;
  row.receiver = receiver;
  reports.set(report, row);
  return report;
}

let parentGuess = -1;
let childGuess = -1;
/** Edges come from the database with the bytes of both reports, which are looked up. */
function edge(parent, parentIndex, child, childIndex) {
  writeUuid(parent);
  parentGuess = reports.ids.add(uuid, 0, parentGuess);
  writeUuid(child);
  childGuess = reports.ids.add(uuid, 0, childGuess);
  edges.add(parentGuess, parentIndex, childGuess, childIndex, 0);
}

const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const started = clock();
const roots = [];
let file = -1;
let sent = -1;
for (let item = 0; item < items; item++) {
  const inSubmission = item % ITEMS_A_SUBMISSION;
  const inFile = item % ITEMS_A_FILE;
  if (inSubmission === 0) roots.push(newReport(ITEMS_A_SUBMISSION));
  if (inFile === 0) {
    file = newReport(ITEMS_A_FILE, RECEIVER);
    sent = newReport(ITEMS_A_FILE, RECEIVER);
  }
  let from = roots.at(-1);
  let index = inSubmission + 1;
  for (let step = 0; step < 3; step++) {
    const to = newReport(1, step === 2 ? RECEIVER : 0);
    edge(from, index, to, 1);
    from = to;
    index = 1;
  }
  edge(from, 1, file, inFile + 1);
  edge(file, inFile + 1, sent, inFile + 1);
}
const edgeCount = edges.length;
const loaded = clock();
const graph = buildGraph(edges, { parent: [], child: [] }, reports.size);
const built = clock();
const walk = new ItemWalk(graph);
let visited = 0;
for (const root of roots) {
  for (let index = 1; index <= ITEMS_A_SUBMISSION; index++) {
    walk.down(root, index, () => {
      visited++;
    });
  }
}
const walked = clock();
if (visited !== edgeCount) throw new Error(`visited ${visited} of ${edgeCount} nodes`);
process.stdout.write(
  JSON.stringify({
    edges: edgeCount,
    reports: reports.size,
    loadSeconds: loaded - started,
    buildSeconds: built - loaded,
    walkSeconds: walked - built,
    floorMegabytes,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
