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

  /** `ancestors` walks up the links. */
  constructor(reports: ReportTable, submissions: SubmissionTable, ancestors: ReportWalk) {
    this.#reports = reports;
    this.#submissions = submissions;
    this.#ancestors = ancestors;
  }

  of(file: number): Origins {
    const roots: number[] = [];
    const senders = new Map<string, Party>();
    const consider = (report: number): void => {
      const row = this.#submissions.rowOf(report);
      if (row < 0) return;
      roots.push(report);
      const sender = this.#submissions.senders.get(this.#submissions.sender[row]);
      senders.set(sender.key, sender);
    };
    consider(file);
    this.#ancestors.from(file, consider);
    // Most files hold the items of one submission.
    if (roots.length === 1) return { roots, senders: [...senders.values()] };
    roots.sort((left, right) => this.#reports.compare(left, right));
    return {
      roots: roots.filter((root, at) => root !== roots[at - 1]),
      senders: [...senders.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
    };
  }
}
