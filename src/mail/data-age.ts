import type { Summary } from "../summary/types.ts";
import { type Micros, parseInstant } from "../time/instant.ts";
import { formatMoment } from "../time/zone.ts";
import type { DataAge } from "./gates.ts";

/** A replica that is not further behind is not worth a word. */
const BEHIND: Micros = 5 * 60_000_000;

/** How old a run's data are. Runs of earlier versions do not say it of replicas and rows. */
export function dataAgeOf({ snapshot }: Pick<Summary, "snapshot">): DataAge {
  const { at, replayedAt, newestRowAt } = snapshot as Pick<Summary["snapshot"], "at"> & Partial<Summary["snapshot"]>;
  const instant = (text: string): Micros => parseInstant(text) as Micros;
  return {
    readAt: instant(at),
    replayedAt: typeof replayedAt === "string" ? instant(replayedAt) : undefined,
    newestRowAt: typeof newestRowAt === "string" ? instant(newestRowAt) : newestRowAt,
  };
}

/** When the database was read, in the zone's words, and how far a replica was behind. */
export function snapshotText(summary: Pick<Summary, "snapshot" | "window">): string {
  const { readAt, replayedAt } = dataAgeOf(summary);
  const { timeZone } = summary.window;
  const read = formatMoment(readAt, timeZone);
  if (replayedAt === undefined || readAt - replayedAt < BEHIND) return read;
  return `${read}, from a replica whose data end ${formatMoment(replayedAt, timeZone)}`;
}
