import type { Party } from "../../lineage/parties.ts";
import type { Verdict } from "../../outcome/words.ts";
import { LatestDeliveries } from "./deliveries.ts";
import { type FacilityFold, NO_FACILITY } from "./facilities.ts";
import { isOpen, OpenWork } from "./open-work.ts";

/** Collects, while rows go by, what organizations' pages show beyond sums. */
export class OrganizationFold {
  readonly open = new OpenWork();
  readonly deliveries = new LatestDeliveries();
  readonly facilities: FacilityFold;

  constructor(facilities: FacilityFold) {
    this.facilities = facilities;
  }

  /**
   * Adds a row of items.csv that has a receiver.
   *
   * @param facility the item's facility as `facilities` numbers it, NO_FACILITY or NOT_PRODUCTION
   */
  row(receiver: Party, verdict: Verdict, facility: number): void {
    const { outcome } = verdict;
    if (isOpen(outcome)) this.open.add(receiver, verdict);
    else if (facility !== NO_FACILITY && (outcome === "delivered" || outcome === "downloaded")) {
      this.facilities.add(receiver, facility);
    }
  }
}
