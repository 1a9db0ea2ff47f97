import { partyOf } from "../../lineage/parties.ts";
import { type ReceiverHistory, receiverAt } from "../../outcome/receiver.ts";
import type { Micros } from "../../time/instant.ts";

/**
 * The zone of each organization that has receivers: the one that most of them have in their settings at
 * an instant, of equals the one of the receiver that comes first by name. Receivers that are
 * gone count only where there is no other, and UTC never: it stands for settings that name no zone.
 */
export function zonesOf(history: ReceiverHistory, at: Micros): Map<string, string> {
  const votes = new Map<string, { zones: Map<string, number>; gone: Map<string, number> }>();
  for (const key of [...history.keys()].sort()) {
    const version = receiverAt(history, key, at);
    if (!version || version.timeZone === "UTC") continue;
    const { organization } = partyOf(key);
    const own = votes.get(organization) ?? { zones: new Map(), gone: new Map() };
    const zones = version.exists ? own.zones : own.gone;
    zones.set(version.timeZone, (zones.get(version.timeZone) ?? 0) + 1);
    votes.set(organization, own);
  }
  const chosen = new Map<string, string>();
  for (const [organization, { zones, gone }] of votes) {
    const [first] = [...(zones.size > 0 ? zones : gone)].sort(([, left], [, right]) => right - left);
    if (first) chosen.set(organization, first[0]);
  }
  return chosen;
}
