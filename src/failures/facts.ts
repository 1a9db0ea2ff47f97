import type { Graph } from "../lineage/graph.ts";
import type { Attempt } from "../outcome/attempt.ts";
import type { Facts } from "../outcome/facts.ts";
import type { Failure } from "../outcome/failures.ts";
import { kindsOf } from "../run/read/lineage.ts";
import type { LineageRows } from "../run/read/lineage-rows.ts";
import { byReport } from "../run/read/state.ts";
import type { FailedFile } from "./by-receiver.ts";

/** What failures are judged by, from the rows of their files; nothing that only the outcomes of items need. */
export function failureFacts(rows: LineageRows, graph: Graph, attempts: readonly Attempt[]): Facts {
  return {
    reports: rows.reports,
    graph,
    kinds: kindsOf(rows),
    files: rows.files,
    attempts: byReport(attempts, rows),
    ...NOT_ASKED_OF_FAILURES,
  };
}

/** A failure with the name and the items of its file, where the file is known. */
export function named(failure: Failure, { files, reports }: LineageRows): FailedFile {
  const { report } = failure;
  if (report < 0) return { ...failure, fileName: "", items: null };
  return { ...failure, fileName: files.name(report), items: reports.itemCount[report] };
}

/** What only the outcomes of items need. */
const NOT_ASKED_OF_FAILURES = {
  zeroBased: new Uint8Array(0),
  tasks: new Map<never, never>(),
  receivers: new Map<never, never>(),
  log: {
    filtersOf: () => "",
    filteredElements: () => new Map<never, never>(),
    errorOf: () => "",
    failedTranslations: () => "",
  },
  trackingId: () => "",
  trackingAt: () => 0,
};
