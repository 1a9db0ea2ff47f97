import type { Parties } from "./parties.ts";
import { grown } from "./uuid-table.ts";

/** The root reports that senders submitted: report number, sender and the request's HTTP status, in columns. */
export class SubmissionTable {
  readonly senders: Parties;
  report = new Int32Array(256);
  sender = new Int32Array(256);
  /** -1 for null. */
  httpStatus = new Int16Array(256);
  length = 0;
  /** The row plus one by report number. Every file asks it of each of its ancestors, so that a Map would be felt. */
  #rowOf = new Int32Array(256);

  constructor(senders: Parties) {
    this.senders = senders;
  }

  /** Adds a submission unless its report was added before. */
  add(report: number, sender: number, httpStatus: number): void {
    if (this.rowOf(report) >= 0) return;
    const row = this.length++;
    if (row === this.report.length) {
      this.report = grown(this.report, row + 1);
      this.sender = grown(this.sender, row + 1);
      this.httpStatus = grown(this.httpStatus, row + 1);
    }
    if (report >= this.#rowOf.length) this.#rowOf = grown(this.#rowOf, report + 1);
    this.#rowOf[report] = row + 1;
    this.report[row] = report;
    this.sender[row] = sender;
    this.httpStatus[row] = httpStatus;
  }

  /** The row of a root report, or -1. */
  rowOf(report: number): number {
    return report >= 0 && report < this.#rowOf.length ? this.#rowOf[report] - 1 : -1;
  }
}
