import { DAY, HOUR, MINUTE, type Micros } from "../../time/instant.ts";
import type { Place, TruthOutcome } from "./truth.ts";

/**
 * What a place means as of a moment, by the limits that design and documents state: an hour inside
 * the pipeline, fifteen minutes past due for a send, ReportStream's look-back for a batch, sixty
 * days for a file that waits to be fetched.
 */
export function judge(place: Place, asOf: Micros): TruthOutcome {
  switch (place.kind) {
    case "pipeline":
      return asOf - place.since > HOUR ? "stuck" : "waiting";
    case "batch":
      if (place.due === null || place.orphaned) return "stuck";
      return asOf - place.due > place.lookback ? "stuck" : "waiting";
    case "ready":
      return asOf - place.since > 60 * DAY ? "stuck" : "waiting";
    case "send":
      return asOf - place.since > 15 * MINUTE ? "stuck" : "waiting";
    case "retry":
      return asOf - place.due > 15 * MINUTE ? "stuck" : "retrying";
    case "lost":
      return "stuck";
    case "gone":
      return place.outcome;
  }
}

/** Of several copies of one item at one receiver, the one that speaks for it. */
export const PRECEDENCE: readonly TruthOutcome[] = [
  "delivered",
  "downloaded",
  "failed",
  "retrying",
  "stuck",
  "waiting",
  "filtered",
  "unrouted",
  "rejected",
];
