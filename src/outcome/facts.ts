import type { FileTable } from "../lineage/file-table.ts";
import type { Graph } from "../lineage/graph.ts";
import type { ReportTable } from "../lineage/report-table.ts";
import type { Attempt } from "./attempt.ts";
import type { ReceiverHistory } from "./receiver.ts";
import type { Task } from "./task.ts";

/** What the action log says that outcomes need: why a filter took an item, why one was not accepted. */
export interface LogFacts {
  /** The types of the filters that took a whole report, such as `QUALITY_FILTER`, joined by ", "; "" for none. */
  filtersOf(report: number): string;
  /** Legacy: the filters' types by the tracking element of each row that they took from a report. */
  filteredElements(report: number): ReadonlyMap<string, string>;
  /** The error code logged for an item of a submission; "" for none. */
  errorOf(root: number, index: number): string;
  /** Receivers to which a report could not be translated (`org.service`), joined by ", "; "" for none. */
  failedTranslations(report: number): string;
}

/** Everything that the rules read, loaded and indexed by report number. */
export interface Facts {
  reports: ReportTable;
  graph: Graph;
  /** KIND of each report. */
  kinds: Uint8Array;
  /** 1 for a report whose items are counted from 0, as all were before 2022-02-17. */
  zeroBased: Uint8Array;
  files: FileTable;
  tasks: ReadonlyMap<number, Task>;
  /** Attempts by the file or report that they are about, oldest first. */
  attempts: ReadonlyMap<number, readonly Attempt[]>;
  receivers: ReceiverHistory;
  log: LogFacts;
  /** The sender's id of an item of a submission, where the rows have one; "" for none. */
  trackingId(root: number, index: number): string;
  /** Where that id stands in the lineage's tracking ids; 0 for one that stands elsewhere, and for none. */
  trackingAt(root: number, index: number): number;
}
