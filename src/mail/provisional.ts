import type { Summary } from "../summary/types.ts";
import { type Micros, parseInstant } from "../time/instant.ts";
import { dataAgeOf } from "./data-age.ts";
import { endOfData } from "./gates.ts";

/** Until when deliveries of a run's window are looked for; undefined when the data that were read go further. */
export function provisionalUntil(
  { window, snapshot }: Pick<Summary, "window" | "snapshot">,
  settle: Micros,
): Micros | undefined {
  const settled = (parseInstant(window.to) as Micros) + settle;
  return endOfData(dataAgeOf({ snapshot })) < settled ? settled : undefined;
}
