import type { Delivery } from "../../outcome/deliveries.ts";
import type { DeliveriesSummary, DeliveryLine } from "./types.ts";

/** So many of the latest files are shown; deliveries.csv has all. */
const SHOWN = 50;

interface OwnDeliveries extends DeliveriesSummary {
  /** The latest ones that are no lines yet: most are never shown. */
  waiting: Delivery[];
}

/** Keeps the latest files of each organization, and what was in all of them. */
export class LatestDeliveries {
  readonly #organizations = new Map<string, OwnDeliveries>();

  /** Adds a row of deliveries.csv; rows come in the order of their time. */
  add(delivery: Delivery, items: number): void {
    const { organization } = delivery.receiver;
    let own = this.#organizations.get(organization);
    if (!own) {
      own = { ...none(), waiting: [] };
      this.#organizations.set(organization, own);
    }
    if (delivery.kind === "sent") own.itemsSent += items;
    else own.itemsDownloaded += items;
    own.waiting.push(delivery);
    if (own.waiting.length === 2 * SHOWN) own.waiting.splice(0, SHOWN);
  }

  /** Makes lines of the latest of what was added, so that the rows behind them can go. */
  settle(lineOf: (delivery: Delivery) => DeliveryLine): void {
    for (const own of this.#organizations.values()) {
      own.latest.push(...own.waiting.slice(-SHOWN).map(lineOf));
      own.latest.splice(0, own.latest.length - SHOWN);
      own.waiting = [];
    }
  }

  /** What was settled, latest first. */
  of(organization: string): DeliveriesSummary {
    const { itemsSent, itemsDownloaded, latest } = this.#organizations.get(organization) ?? none();
    return { itemsSent, itemsDownloaded, latest: latest.slice().reverse() };
  }
}

function none(): DeliveriesSummary {
  return { itemsSent: 0, itemsDownloaded: 0, latest: [] };
}
