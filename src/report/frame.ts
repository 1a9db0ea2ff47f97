import { OUTCOMES, type Outcome } from "../outcome/words.ts";
import type { Summary } from "../summary/types.ts";
import { type Micros, parseInstant } from "../time/instant.ts";
import { describeWindow } from "../time/window.ts";
import { formatMoment } from "../time/zone.ts";
import { RECEIVER_OUTCOMES } from "./sums.ts";

/** What every page has around it. */
export interface Frame {
  windowText: string;
  snapshotText: string;
  /** The zone of the page's times; the helper `moment` says them in it. */
  timeZone: string;
  outcomes: readonly Outcome[];
  receiverOutcomes: readonly Outcome[];
}

/** @param timeZone the zone of the page's times; the window is always said in its own */
export function frameOf({ window, snapshot }: Pick<Summary, "window" | "snapshot">, timeZone: string): Frame {
  const instant = (text: string): Micros => parseInstant(text) as Micros;
  return {
    windowText: describeWindow({ from: instant(window.from), to: instant(window.to), timeZone: window.timeZone }),
    snapshotText: formatMoment(instant(snapshot.at), timeZone),
    timeZone,
    outcomes: OUTCOMES,
    receiverOutcomes: RECEIVER_OUTCOMES,
  };
}
