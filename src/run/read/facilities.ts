import type { Catalogue } from "../../source/catalogue.ts";
import { rowsByKeys } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import { type FacilityFold, NO_FACILITY, NOT_PRODUCTION } from "../../summary/organization/facilities.ts";
import type { Micros } from "../../time/instant.ts";
import type { LineageRows } from "./lineage-rows.ts";
import { ONE_BASED_SINCE } from "./message-ids.ts";

/** Of each covid-19 submission, its items' facilities by position from 0. */
export type FacilityRows = ReadonlyMap<number, readonly number[]>;

const NONE: FacilityRows = new Map();

/**
 * Reads the testing labs of the covid-19 submissions of a window. The universal pipeline keeps none, and
 * no other topic of the legacy one has a lab's number.
 */
export async function readFacilities(
  snapshot: Snapshot,
  catalogue: Catalogue,
  { reports, submissions, files }: LineageRows,
  { from, to }: { from: Micros; to: Micros },
  fold: FacilityFold,
): Promise<FacilityRows> {
  const ids: string[] = [];
  for (let row = 0; row < submissions.length; row++) {
    const root = submissions.report[row];
    const at = reports.createdAt[root];
    if (at >= from && at < to && files.topic(root) === "covid-19") ids.push(reports.ids.text(root));
  }
  if (ids.length === 0) return NONE;
  const found = new Map<number, number[]>();
  for await (const batch of rowsByKeys(snapshot, catalogue.find("facilities"), "ids", ids)) {
    for (const [id, index, name, clia, city, state, mode] of batch) {
      const root = reports.ids.find(String(id));
      let own = found.get(root);
      if (!own) {
        own = [];
        found.set(root, own);
      }
      const facility = { name: text(name), clia: text(clia), city: text(city), state: text(state) };
      own[Number(index)] = mode === "T" || mode === "D" ? NOT_PRODUCTION : fold.number(facility);
    }
  }
  for (const [root, own] of found) {
    const isZeroBased = reports.createdAt[root] < ONE_BASED_SINCE && own[0] !== undefined;
    const positions = isZeroBased ? own : own.slice(1);
    found.set(
      root,
      Array.from(positions, (facility) => facility ?? NO_FACILITY),
    );
  }
  return found;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
