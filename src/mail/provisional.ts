import type { Summary } from "../summary/types.ts";
import { type Micros, parseInstant } from "../time/instant.ts";

/** Until when deliveries of a run's window are looked for; undefined when the database was read later than that. */
export function provisionalUntil(
  { window, snapshot }: Pick<Summary, "window" | "snapshot">,
  settle: Micros,
): Micros | undefined {
  const settled = (parseInstant(window.to) as Micros) + settle;
  return (parseInstant(snapshot.at) as Micros) < settled ? settled : undefined;
}
