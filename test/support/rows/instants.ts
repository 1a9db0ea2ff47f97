import type { Micros } from "../../../src/time/instant.ts";

/** ISO 8601 in UTC with up to six decimals ("2026-11-20T14:02:11.000001Z"), or microseconds since 1970. */
export type At = string | Micros;

export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;

export function toMicros(at: At): Micros {
  if (typeof at === "number") return at;
  const match = /^(.+:\d{2})(?:\.(\d{1,6}))?Z$/.exec(at);
  const millis = match ? Date.parse(`${match[1]}Z`) : Number.NaN;
  if (!match || Number.isNaN(millis)) throw new Error(`not an instant in UTC: ${at}`);
  return millis * 1000 + Number((match[2] ?? "").padEnd(6, "0"));
}

/** With all six decimals, as Postgres keeps them. */
export function toText(at: At): string {
  const micros = toMicros(at);
  const seconds = new Date(Math.floor(micros / SECOND) * 1000).toISOString().slice(0, 19);
  const rest = micros - Math.floor(micros / SECOND) * SECOND;
  return `${seconds}.${String(rest).padStart(6, "0")}Z`;
}

/** When ReportStream changed what it writes. */
export const ERA = {
  /** item_lineage and action_log count from 1. */
  oneBased: toMicros("2022-02-17T00:00:00Z"),
  /** covid_result_metadata counts from 1. */
  metadataOneBased: toMicros("2022-04-05T00:00:00Z"),
  /** item_lineage.item_hash is filled. */
  itemHash: toMicros("2022-04-13T00:00:00Z"),
  /** action.receiving_org exists. */
  actionReceiver: toMicros("2023-02-21T00:00:00Z"),
  /** Sent files have a body, and downloads double the edges of the file fetched. */
  sentBody: toMicros("2023-09-11T00:00:00Z"),
  /** Queue messages are JSON. */
  jsonMessages: toMicros("2023-12-21T00:00:00Z"),
  /** `route` became destination-filter and receiver-filter. */
  filterSteps: toMicros("2024-05-01T00:00:00Z"),
  /** receiver-enrichment exists. */
  enrichment: toMicros("2025-01-01T00:00:00Z"),
  /** Retry delays in minutes are applied as seconds. */
  secondsForMinutes: toMicros("2025-06-17T00:00:00Z"),
};

/** What the first item of a file is called in lineage and logs at that time. */
export function firstIndex(at: Micros): number {
  return at < ERA.oneBased ? 0 : 1;
}
