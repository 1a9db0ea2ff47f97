import { repeatedFiles } from "../outcome/duplicates.ts";
import type { Facts } from "../outcome/facts.ts";
import { order } from "../summary/fold.ts";
import type { DuplicateFiles } from "../summary/operators/types.ts";
import type { Micros } from "../time/instant.ts";

/** Adds up the files that were sent once more in a window, by receiver and cause. */
export class DuplicateFilesFold {
  readonly #wants: (organization: string) => boolean;
  readonly #found = new Map<string, DuplicateFiles>();

  /** @param wants whether the run is for the organization */
  constructor(wants: (organization: string) => boolean) {
    this.#wants = wants;
  }

  /** Adds what was sent in [from, to). @param sentBefore files made ready before the window, and sent before it too */
  add(facts: Facts, part: { from: Micros; to: Micros }, sentBefore: ReadonlySet<number>): void {
    const { reports } = facts;
    for (const { report, cause } of repeatedFiles(facts, part, sentBefore)) {
      const { key, name, organization } = reports.receivers.get(reports.receiver[report]);
      if (!this.#wants(organization)) continue;
      const known = this.#found.get(`${key}\n${cause}`) ?? { receiver: name, organization, cause, files: 0, items: 0 };
      known.files++;
      known.items += reports.itemCount[report];
      this.#found.set(`${key}\n${cause}`, known);
    }
  }

  lines(): DuplicateFiles[] {
    return [...this.#found.values()].sort((a, b) => order(a.receiver, b.receiver) || order(a.cause, b.cause));
  }
}
