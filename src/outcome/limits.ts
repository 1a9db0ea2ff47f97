import type { Micros } from "../time/instant.ts";

/** When work that has not moved counts as stuck. Durations in microseconds; the configuration can change them. */
export interface Limits {
  /** Work inside the pipeline: five queue deliveries take less than an hour. */
  pipeline: Micros;
  /** A send past its due time. */
  send: Micros;
  /** How long a file can be fetched or sent again: the blobs are kept 60 days. */
  fileLife: Micros;
}
