import type { Catalogue } from "../../source/catalogue.ts";
import { query } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { Micros } from "../../time/instant.ts";

/**
 * When the newest action was recorded: how fresh the data are, whatever the clock says, since a restored or a logically
 * replicated database tells nothing of it. Undefined when there is none.
 */
export async function readNewestRow(snapshot: Snapshot, catalogue: Catalogue): Promise<Micros | undefined> {
  const { rows } = await query(snapshot, catalogue.find("newest-row"), {});
  const newest = rows[0]?.[0];
  return typeof newest === "number" ? newest : undefined;
}
