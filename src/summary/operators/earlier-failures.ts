import type { FailedFile } from "../../failures/by-receiver.ts";
import { formatInstant, type Micros } from "../../time/instant.ts";
import type { EarlierFailure, EarlierFailures } from "./types.ts";

/**
 * Of all failures of a long time those that failed last before the window and were not made good
 * before it: what is still open, and what has recovered since the window began.
 */
export function earlierFailures(
  failures: readonly FailedFile[],
  { from, windowFrom }: { from: Micros; windowFrom: Micros },
): EarlierFailures {
  return {
    from: formatInstant(from),
    failures: failures
      .filter(({ lastFailedAt, recoveredAt }) => {
        return lastFailedAt < windowFrom && (Number.isNaN(recoveredAt) || recoveredAt >= windowFrom);
      })
      .map(earlierFailure),
  };
}

function earlierFailure(failure: FailedFile): EarlierFailure {
  const instant = (at: Micros): string | null => (Number.isNaN(at) ? null : formatInstant(at));
  return {
    reportId: failure.reportId,
    receiver: failure.receiver.name,
    organization: failure.receiver.organization,
    fileName: failure.fileName,
    items: failure.items,
    state: failure.state,
    lastFailedAt: formatInstant(failure.lastFailedAt),
    errorFamily: failure.errorFamily,
    error: failure.error,
    resentAt: instant(failure.resentAt),
    recoveredAt: instant(failure.recoveredAt),
    expiresAt: instant(failure.expiresAt),
  };
}
