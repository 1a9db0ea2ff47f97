import { duplicateCause } from "../outcome/duplicates.ts";
import type { Facts } from "../outcome/facts.ts";
import { SummaryFold } from "../summary/fold.ts";
import { OutcomeFold } from "../summary/operators/outcome-fold.ts";
import { FacilityFold } from "../summary/organization/facilities.ts";
import { OrganizationFold } from "../summary/organization/fold.ts";
import { stepsOf } from "../summary/timeline.ts";
import type { Window } from "../time/window.ts";
import { DuplicateFilesFold } from "./duplicate-files.ts";

/** What adds up the rows of a run as they go by; slices of a window one after the other. */
export class RowFolds {
  readonly fold: SummaryFold;
  readonly own = new OrganizationFold(new FacilityFold());
  readonly outcomes: OutcomeFold;
  readonly duplicateFiles: DuplicateFilesFold;
  doubledFilterResults = 0;
  #facts: Facts | undefined;

  /** @param wants whether the run is for the organization */
  constructor(window: Window, wants: (organization: string) => boolean) {
    this.fold = new SummaryFold(stepsOf(window));
    this.outcomes = new OutcomeFold((delivered) => duplicateCause(this.#facts as Facts, delivered));
    this.duplicateFiles = new DuplicateFilesFold(wants);
  }

  /** The facts by which the rows to come were judged; undefined to let go of them. */
  judgedBy(facts: Facts | undefined): void {
    this.#facts = facts;
  }
}
