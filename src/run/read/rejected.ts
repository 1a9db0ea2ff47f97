import type { Parties, Party } from "../../lineage/parties.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { query } from "../../source/row-stream.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { Micros } from "../../time/instant.ts";

/** A request to submit that was answered with an error: an action and no report. */
export interface RejectedRequest {
  actionId: number;
  at: Micros;
  /** NO_PARTY for an unknown sender. */
  sender: Party;
  fileName: string;
  httpStatus: number;
}

/** Reads the rejected requests of [from, to), by (submitted_at, submission_id). */
export async function readRejected(
  snapshot: Snapshot,
  catalogue: Catalogue,
  senders: Parties,
  from: Micros,
  to: Micros,
): Promise<RejectedRequest[]> {
  const { rows } = await query(snapshot, catalogue.find("rejected-requests"), { from, to });
  return rows.map(([actionId, at, sender, fileName, httpStatus]) => ({
    actionId: Number(actionId),
    at: at as number,
    sender: senders.get(senders.id(sender as string | null)),
    fileName: (fileName as string | null) ?? "",
    httpStatus: httpStatus as number,
  }));
}
