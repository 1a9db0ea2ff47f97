import { type ListedConnection, sameBefore } from "../../connections/connections.ts";
import { partyOf } from "../../lineage/parties.ts";
import { formatInstant, type Micros } from "../../time/instant.ts";
import type { ConnectionsSummary, DownConnection } from "./types.ts";

/**
 * What the checks of all receivers say, for the page.
 *
 * @param listed the receivers in force, those that are down first and the longest of them before the others
 * @param from since when checks were read
 */
export function connectionsSummary(listed: readonly ListedConnection[], from: Micros): ConnectionsSummary {
  return {
    from: formatInstant(from),
    up: listed.filter(({ state }) => state === "up").length,
    notChecked: listed.filter(({ state }) => state === "not checked").length,
    down: listed.flatMap(downConnection),
    unchecked: listed.filter(({ isMissed }) => isMissed).map(({ receiver }) => receiver),
  };
}

function downConnection({ key, receiver, state, connection, waiting, failed }: ListedConnection): DownConnection[] {
  const outage = connection?.outage;
  if (state !== "down" || !connection || !outage) return [];
  return [
    {
      receiver,
      organization: partyOf(key).organization,
      downSince: formatInstant(outage.from),
      isFirstKnown: !Number.isNaN(connection.lastSuccessAt),
      failedChecks: outage.checks,
      errorFamily: outage.family,
      lastSuccessAt: Number.isNaN(connection.lastSuccessAt) ? null : formatInstant(connection.lastSuccessAt),
      lastCheckAt: formatInstant(connection.lastCheckAt),
      waitingFiles: waiting.files,
      waitingItems: waiting.items,
      failedFiles: failed.files,
      failedItems: failed.items,
      sameErrorBefore: sameBefore(connection),
    },
  ];
}
