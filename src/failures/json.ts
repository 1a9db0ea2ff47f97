import { formatInstant, type Micros } from "../time/instant.ts";
import { countStates, type FailedFile, itemsOf, type ReceiverFailures } from "./by-receiver.ts";

/** The failures for programs; instants as ISO texts in UTC, null where there is none. */
export function failuresJson(
  groups: readonly ReceiverFailures[],
  { from, to, asOf, timeZone }: { from: Micros; to: Micros; asOf: Micros; timeZone: string },
): object {
  const files = groups.flatMap((group) => group.files);
  return {
    window: { from: formatInstant(from), to: formatInstant(to), timeZone },
    asOf: formatInstant(asOf),
    totals: { receivers: groups.length, files: files.length, items: itemsOf(files), ...countStates(files) },
    receivers: groups.map((group) => ({
      receiver: group.receiver.name,
      organization: group.receiver.organization,
      ...group.counts,
      items: group.items,
      openItems: group.openItems,
      senders: group.senders.map(({ name }) => name),
      firstFailedAt: formatInstant(group.firstFailedAt),
      lastSentAt: instant(group.lastSentAt),
      errorFamilies: group.errorFamilies,
      firstExpiresAt: instant(group.firstExpiresAt),
      files: group.files.map(fileJson),
    })),
  };
}

function fileJson(file: FailedFile): object {
  return {
    reportId: file.reportId === "" ? null : file.reportId,
    fileName: file.report < 0 ? null : file.fileName,
    items: file.items,
    state: file.state,
    firstFailedAt: formatInstant(file.firstFailedAt),
    lastFailedAt: formatInstant(file.lastFailedAt),
    attempts: file.attempts,
    errorFamily: file.errorFamily,
    error: file.error,
    resentAt: instant(file.resentAt),
    resentBy: file.resentBy === "" ? null : file.resentBy,
    recoveredAt: instant(file.recoveredAt),
    senders: file.senders.map(({ name }) => name),
    submissionIds: file.submissionIds,
    expiresAt: instant(file.expiresAt),
  };
}

function instant(at: Micros): string | null {
  return Number.isNaN(at) ? null : formatInstant(at);
}
