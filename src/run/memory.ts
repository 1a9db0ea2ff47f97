import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Lets V8's heap grow in steps of 30 % instead of up to four times: beside a window's lineage, which is outside of that heap, garbage
 * was half of a run's memory. With the collections between phases a day of 300,000 items peaks at 380 MB instead of 550 to 600, for
 * some 10 % more CPU time.
 */
export function growHeapInSmallSteps(): void {
  setFlagsFromString("--heap-growing-percent=30");
}

/** Back to V8's own steps: once the lineage is free there is room for some garbage, and to collect it took a fifth of the time of the pages. */
export function growHeapFreely(): void {
  setFlagsFromString("--heap-growing-percent=0");
}

/** Frees what a phase left before the next one adds to it: V8 does not know that a phase is over. Takes less than 0.1 s. */
export function collectGarbage(): void {
  collect ??= exposedCollector();
  collect();
}

let collect: (() => void) | undefined;

function exposedCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/**
 * Keeps the room for young objects, which V8 grows to 32 MB, as small as `shrinkHeap` leaves it; undone with `false`. Scavenging small
 * rooms often costs hardly more than large ones seldom: what is young here dies young.
 */
export function keepYoungSpaceSmall(small: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${small ? 1 : 2}`);
  setFlagsFromString(`--heap-growing-percent=${small ? 15 : 0}`);
}

/** Frees and compacts all that it can, and gives the room for young objects back, as V8 does when the system runs out of memory. */
export async function shrinkHeap(): Promise<void> {
  const { Session } = await import("node:inspector/promises");
  const session = new Session();
  session.connect();
  try {
    await session.post("HeapProfiler.collectGarbage");
  } finally {
    session.disconnect();
  }
}
