import type { DeliveriesSummary, DeliveryLine } from "./types.ts";

/** So many of the latest files are shown; deliveries.csv has all. */
const SHOWN = 50;

/** Keeps the latest files of each organization, and what was in all of them. */
export class LatestDeliveries {
  readonly #organizations = new Map<string, DeliveriesSummary>();

  /** Adds a row of deliveries.csv; rows come in the order of their time. */
  add(organization: string, line: DeliveryLine): void {
    let own = this.#organizations.get(organization);
    if (!own) {
      own = none();
      this.#organizations.set(organization, own);
    }
    if (line.kind === "sent") own.itemsSent += line.items ?? 0;
    else own.itemsDownloaded += line.items ?? 0;
    own.latest.push(line);
    if (own.latest.length === 2 * SHOWN) own.latest.splice(0, SHOWN);
  }

  of(organization: string): DeliveriesSummary {
    const own = this.#organizations.get(organization) ?? none();
    return { ...own, latest: own.latest.slice(-SHOWN).reverse() };
  }
}

function none(): DeliveriesSummary {
  return { itemsSent: 0, itemsDownloaded: 0, latest: [] };
}
