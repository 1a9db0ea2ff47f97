import { formatInstant, type Micros } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import type { Undelivered } from "./read.ts";
import { addsUp, type PartyLine, type Waterfall } from "./waterfall.ts";

/** The waterfall for programs: both counts, each broken down in all three ways. */
export function undeliveredJson(result: Undelivered, window: Window, asOf: Micros): object {
  const { submissions, rejectedRequests, items, itemsAndReceivers, byItem, byItemAndReceiver, leftOut } = result;
  return {
    window: { from: formatInstant(window.from), to: formatInstant(window.to), timeZone: window.timeZone },
    asOf: formatInstant(asOf),
    submissions,
    rejectedRequests,
    byItem: waterfallJson(byItem, items),
    byItemAndReceiver: waterfallJson(byItemAndReceiver, itemsAndReceivers),
    leftOut,
  };
}

function waterfallJson(waterfall: Waterfall, received: number): object {
  const { counts, reasons, senders, receivers } = waterfall;
  return {
    received,
    ...counts,
    addsUp: addsUp(waterfall, received),
    reasons,
    senders: senders.map((line) => partyJson("sender", line)),
    receivers: receivers.map((line) => partyJson("receiver", line)),
  };
}

function partyJson(kind: string, { party, counts }: PartyLine): object {
  return { [kind]: party.name, organization: party.organization, ...counts };
}
