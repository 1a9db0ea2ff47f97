import type { Failure } from "../outcome/failures.ts";
import type { FailureSummary } from "../summary/types.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import type { RunOutputs } from "./outputs.ts";
import type { LineageRows } from "./read/lineage-rows.ts";

/** The failures of the organizations that the run is for, as the summary has them. */
export function failureSummaries(
  failures: readonly Failure[],
  rows: LineageRows,
  outputs: RunOutputs,
): FailureSummary[] {
  return failures
    .filter(({ receiver }) => outputs.wants(receiver.organization))
    .map((failure) => failureSummary(failure, rows));
}

function failureSummary(failure: Failure, { reports, files }: LineageRows): FailureSummary {
  const { report } = failure;
  const instant = (at: Micros): string | null => (Number.isNaN(at) ? null : formatInstant(at));
  return {
    reportId: failure.reportId,
    receiver: failure.receiver.name,
    organization: failure.receiver.organization,
    fileName: report < 0 ? "" : files.name(report),
    items: report < 0 ? null : reports.itemCount[report],
    state: failure.state,
    firstFailedAt: formatInstant(failure.firstFailedAt),
    lastFailedAt: formatInstant(failure.lastFailedAt),
    attempts: failure.attempts,
    errorFamily: failure.errorFamily,
    error: failure.error,
    resentAt: instant(failure.resentAt),
    recoveredAt: instant(failure.recoveredAt),
    senders: failure.senders.map(({ name }) => name),
    expiresAt: instant(failure.expiresAt),
  };
}
