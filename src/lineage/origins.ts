import type { Party } from "./parties.ts";
import type { ReportTable } from "./report-table.ts";
import type { SubmissionTable } from "./submissions.ts";
import type { ReportWalk } from "./walk.ts";

/** Where a file came from. */
export interface Origins {
  /** Root reports, oldest first. */
  roots: number[];
  /** Distinct senders by name. */
  senders: Party[];
}

/** Finds the submissions whose items are in a file, by the report-to-report links upwards. */
export class OriginFinder {
  readonly #reports: ReportTable;
  readonly #submissions: SubmissionTable;
  readonly #ancestors: ReportWalk;
  /** The roots of the file in hand: one list for all files. */
  readonly #roots: number[] = [];

  /** `ancestors` walks up the links. */
  constructor(reports: ReportTable, submissions: SubmissionTable, ancestors: ReportWalk) {
    this.#reports = reports;
    this.#submissions = submissions;
    this.#ancestors = ancestors;
  }

  of(file: number): Origins {
    const roots = this.#roots;
    while (roots.length > 0) roots.pop();
    this.#consider(file);
    this.#ancestors.from(file, this.#consider);
    // Most files hold the items of one submission.
    if (roots.length === 1) return { roots: [roots[0]], senders: [this.#senderOf(roots[0])] };
    roots.sort((left, right) => this.#reports.compare(left, right));
    const senders = new Map(roots.map((root) => this.#senderOf(root)).map((sender) => [sender.key, sender]));
    return {
      roots: roots.filter((root, at) => root !== roots[at - 1]),
      senders: [...senders.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    };
  }

  readonly #consider = (report: number): void => {
    if (this.#submissions.rowOf(report) >= 0) this.#roots.push(report);
  };

  #senderOf(root: number): Party {
    const { senders, sender } = this.#submissions;
    return senders.get(sender[this.#submissions.rowOf(root)]);
  }
}
