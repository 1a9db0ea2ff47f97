import { readCopies } from "../../failures/read-earlier.ts";
import { resendCandidates } from "../../outcome/duplicates.ts";
import type { Facts } from "../../outcome/facts.ts";
import { KIND } from "../../outcome/kind.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import type { Snapshot } from "../../source/snapshot.ts";
import type { Micros } from "../../time/instant.ts";
import { kindsOf } from "./lineage.ts";
import { LineageRows } from "./lineage-rows.ts";

/**
 * Of files made ready before a window and sent in [from, to), a part of it or the whole, those of which a copy was sent before the window: by
 * key, since they are few.
 */
export async function readSentBefore(
  snapshot: Snapshot,
  catalogue: Catalogue,
  facts: Facts,
  part: { from: Micros; to: Micros },
  windowFrom: Micros,
): Promise<ReadonlySet<number>> {
  const before = new Set<number>();
  const candidates = resendCandidates(facts, part, windowFrom);
  if (candidates.length === 0) return before;
  // Rows of their own: the numbers of the window's reports are given out already.
  const own = new LineageRows(snapshot, catalogue);
  const ids = candidates.map((report) => facts.reports.ids.text(report));
  await readCopies(snapshot, catalogue, own, ids);
  own.reports.reserve();
  const kinds = kindsOf(own);
  for (let link = 0; link < own.links.parent.length; link++) {
    const child = own.links.child[link];
    if (kinds[child] !== KIND.sent || own.reports.createdAt[child] >= windowFrom) continue;
    before.add(facts.reports.ids.find(own.reports.ids.text(own.links.parent[link])));
  }
  return before;
}
