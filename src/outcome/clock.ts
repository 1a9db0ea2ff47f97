import type { Micros } from "../time/instant.ts";
import type { Limits } from "./limits.ts";

/** The moment at which states are judged, what counts as late, and how to say a time to a person. */
export interface Judgement {
  /** The snapshot's instant. */
  asOf: Micros;
  limits: Limits;
  /** The zone for times that belong to no receiver. */
  timeZone: string;
  /** An instant in words with its zone named, such as `14:00 (US/Eastern)`; the day is said when it is not today. */
  say: (at: Micros, timeZone: string) => string;
}
