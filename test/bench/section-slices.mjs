import { join } from "node:path";
import { alternate, runProgram } from "./measure.mjs";
import { csvHash, RUN_ARGUMENTS } from "./section-run.mjs";
import { DAY, HOME } from "./server.mjs";

/** Megabytes. */
const LIMITS = [200, 250, 300];

/** 1b: the run with a stated limit of memory, for which its window is read in slices, against the run without. */
export async function slicesSection({ server, url, repeat, log }) {
  const out = `${HOME}out`;
  const hashes = new Set();
  const runWith = (options) => async () => {
    const usage = await runProgram(url, [...RUN_ARGUMENTS, out, ...options]);
    hashes.add(await csvHash(join(out, DAY.date)));
    return usage;
  };
  const limited = LIMITS.map((limit) => [`limit${limit}`, runWith(["--memory", String(limit)])]);
  const variants = { whole: runWith([]), ...Object.fromEntries(limited) };
  const measured = await alternate(server, variants, Math.min(repeat, 3), log);
  if (hashes.size !== 1) throw new Error("a run in slices wrote other files than the whole one");
  // The system counts in units of 1024, the option in units of 1000.
  const shares = LIMITS.map((limit) => (measured[`limit${limit}`].peakMegabytes * 1.048576) / limit);
  return { limits: LIMITS, ...measured, ratios: { worstPeakToLimit: Math.max(...shares) } };
}
