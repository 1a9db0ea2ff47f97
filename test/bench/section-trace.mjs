import { parseConfig } from "../../dist/config/parse.js";
import { limitsOf } from "../../dist/run/limits-of.js";
import { loadCatalogue } from "../../dist/source/catalogue.js";
import { connectionSettings } from "../../dist/source/connection-settings.js";
import { openSnapshot } from "../../dist/source/snapshot.js";
import { readAsked } from "../../dist/trace/asked.js";
import { trace } from "../../dist/trace/trace.js";
import { LINEAGE_START, ladderOf, largeSubmission, lineageOf } from "./lineages.mjs";
import { alternate, runProgram } from "./measure.mjs";
import { count, DAY } from "./server.mjs";

const RUNGS = 40;
const EDGES = [1_000_000, 10_000_000];
const ITEMS = 10_000;
const NODES = 500;

/** 4: traces of the shapes that are hard: many ways, many edges, many items. */
export async function traceSection({ server, items, repeat, log }) {
  const ladder = await ladderOf(server, RUNGS, log);
  const lineages = [];
  for (const edges of EDGES) lineages.push({ edges, url: await lineageOf(server, edges, log) });
  const submission = await largeSubmission(server, items, ITEMS, log);
  const traced = (url, ...args) => runProgram(url, ["trace", ...args, "--as-of", DAY.asOf]);
  const measured = await alternate(
    server,
    {
      ladder: () => statementsOf(ladder, LINEAGE_START),
      ...Object.fromEntries(
        lineages.map(({ edges, url }) => [
          `lineage${edges}`,
          () => traced(url, LINEAGE_START, "--down", "--nodes", String(NODES), "--json"),
        ]),
      ),
      submission: () => traced(submission.url, submission.id),
    },
    repeat,
    log,
  );
  return {
    rungs: RUNGS,
    lineages: await Promise.all(
      lineages.map(async ({ edges, url }) => ({
        size: edges,
        edges: await count(url, "select count(*) from item_lineage"),
      })),
    ),
    nodes: NODES,
    items: ITEMS,
    ...measured,
  };
}

/**
 * One trace within this process: how long its statements took from their sending to their last row, and for how much of
 * that it waited, for the server and the way there and back. The rest of it this process was at work itself.
 */
async function statementsOf(databaseUrl, id) {
  const snapshot = await openSnapshot(connectionSettings({ databaseUrl, env: {} }), {
    applicationName: "bench",
    savepoints: false,
  });
  try {
    let statements = 0;
    let milliseconds = 0;
    let busy = 0;
    let started = 0;
    let startedCpu = process.cpuUsage();
    const { begin, settle } = snapshot;
    snapshot.begin = async (context) => {
      statements++;
      started = performance.now();
      startedCpu = process.cpuUsage();
      return begin.call(snapshot, context);
    };
    snapshot.settle = async (context, undo) => {
      await settle.call(snapshot, context, undo);
      const took = performance.now() - started;
      const { user, system } = process.cpuUsage(startedCpu);
      milliseconds += took;
      busy += Math.min(took, (user + system) / 1000);
    };
    const before = performance.now();
    const result = await trace({
      snapshot,
      catalogue: loadCatalogue(),
      asked: readAsked([id]),
      item: undefined,
      sight: undefined,
      graph: { up: false, down: true, siblings: false, depth: 100, nodes: NODES },
      most: { places: 3000, eachItem: 16, total: 250_000 },
      namesSince: 0,
      asOf: Date.parse(DAY.asOf) * 1000,
      limits: limitsOf(parseConfig({ flags: {}, env: {}, cwd: "/" }).config),
      timeZone: "America/New_York",
    });
    const seconds = (performance.now() - before) / 1000;
    if (result.graph?.reports !== 3 * RUNGS + 1) throw new Error(`the ladder has ${result.graph?.reports} reports`);
    return {
      seconds,
      statements,
      statementSeconds: milliseconds / 1000,
      waitedSeconds: (milliseconds - busy) / 1000,
    };
  } finally {
    await snapshot.close();
  }
}
