import { setFlagsFromString } from "node:v8";

/**
 * Lets V8's heap grow in steps of 30 % instead of up to four times: beside a window's lineage, which is outside of that heap, garbage
 * was half of a run's memory. A day of 300,000 items peaks at 410 MB instead of 550 to 600, for some 10 % more CPU time.
 */
export function growHeapInSmallSteps(): void {
  setFlagsFromString("--heap-growing-percent=30");
}
