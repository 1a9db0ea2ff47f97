import { Judge } from "../../outcome/judge.ts";
import type { Limits } from "../../outcome/limits.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import { HOUR, type Micros } from "../../time/instant.ts";
import type { Window } from "../../time/window.ts";
import { inZone, toMicros } from "../../time/zone.ts";
import type { LoggedError } from "../log-pass.ts";
import { sayTime } from "../say-time.ts";
import { readWindow, type WindowData } from "./window.ts";

/** By what the days' items are judged. */
export interface Judging {
  limits: Limits;
  settleHours: number;
  asOf: Micros;
  onPhase: (phase: string) => void;
}

/** One local day of a window, read and ready to be judged by the rules of `run`. */
export interface JudgedDay {
  from: Micros;
  to: Micros;
  data: WindowData;
  judge: Judge;
}

/**
 * Reads a window a local day at a time, through one snapshot: memory holds one day's lineage, whatever the window.
 *
 * @throws what `readWindow` throws
 */
export async function* readDays(
  snapshot: Snapshot,
  catalogue: Catalogue,
  window: Window,
  { limits, settleHours, asOf, onPhase }: Judging,
  onLogged: (error: LoggedError) => Promise<void> | undefined = () => undefined,
): AsyncGenerator<JudgedDay, void, undefined> {
  for (const day of localDays(window)) {
    const span = { ...day, horizon: day.to + settleHours * HOUR };
    const data = await readWindow(snapshot, catalogue, span, { onLogged, onPhase });
    const judge = new Judge(data.facts, { asOf, limits, timeZone: window.timeZone, say: sayTime(asOf) });
    yield { ...day, data, judge };
  }
}

/** The local days of a window, the first and the last cut to it. */
export function* localDays({ from, to, timeZone }: Window): Generator<{ from: Micros; to: Micros }> {
  for (let start = from; start < to; ) {
    const next = toMicros(inZone(start, timeZone).toPlainDate().add({ days: 1 }).toZonedDateTime(timeZone));
    yield { from: start, to: Math.min(next, to) };
    start = next;
  }
}
