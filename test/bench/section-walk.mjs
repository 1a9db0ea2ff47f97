import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { round } from "./measure.mjs";

const SCRIPT = fileURLToPath(new URL("walk.mjs", import.meta.url));
const SIZES = [300_000, 1_000_000, 3_000_000, 10_000_000];

/** 3: time and memory of the lineage in memory by its edges, without a database. CPU seconds, medians. */
export async function walkSection({ repeat, log }) {
  const sizes = [];
  const runs = new Map(SIZES.map((size) => [size, []]));
  for (let turn = 0; turn < repeat; turn++) {
    for (const size of SIZES) {
      const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, String(size)]);
      runs.get(size).push(JSON.parse(stdout));
    }
  }
  for (const [size, taken] of runs) {
    const middle = (key) => taken.map((run) => run[key]).sort((a, b) => a - b)[Math.floor((taken.length - 1) / 2)];
    const result = Object.fromEntries(Object.keys(taken[0]).map((key) => [key, round(middle(key))]));
    const seconds = result.buildSeconds + result.walkSeconds;
    result.nanosecondsAnEdge = Math.round((seconds / result.edges) * 1e9);
    result.bytesAnEdge = Math.round(((result.peakMegabytes - result.floorMegabytes) * 1048576) / result.edges);
    sizes.push(result);
    log(`${size} edges: ${seconds.toFixed(2)} s, ${result.bytesAnEdge} bytes an edge`);
  }
  const first = sizes[0];
  const last = sizes.at(-1);
  const slope = ((last.peakMegabytes - first.peakMegabytes) * 1048576) / (last.edges - first.edges);
  return {
    sizes,
    ratios: {
      growthToLinear: last.nanosecondsAnEdge / first.nanosecondsAnEdge,
      bytesAnEdge: slope,
      floorMegabytes: first.peakMegabytes - (slope * first.edges) / 1048576,
    },
  };
}
