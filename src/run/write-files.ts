import type { Delivery } from "../outcome/deliveries.ts";
import type { Failure } from "../outcome/failures.ts";
import { OUTCOMES } from "../outcome/words.ts";
import type { CsvValue } from "../output/csv.ts";
import type { SummaryFold } from "../summary/fold.ts";
import type { AttentionLine } from "../summary/operators/lines.ts";
import type { LatestDeliveries } from "../summary/organization/deliveries.ts";
import type { PairSummary } from "../summary/types.ts";
import { formatInstant } from "../time/instant.ts";
import { DeliveryRows } from "./delivery-rows.ts";
import { namesOf } from "./names-of.ts";
import type { RunOutputs } from "./outputs.ts";
import type { LineageRows } from "./read/lineage-rows.ts";

/** Writes deliveries.csv and the receivers' copies. */
export async function writeDeliveries(
  deliveries: Iterable<Delivery>,
  { reports, files }: LineageRows,
  outputs: RunOutputs,
  fold: SummaryFold,
  latest: LatestDeliveries,
): Promise<void> {
  const rows = new DeliveryRows(reports, files);
  for (const delivery of deliveries) {
    const { receiver } = delivery;
    if (!outputs.wants(receiver.organization)) continue;
    fold.file(receiver, delivery.kind);
    latest.add(delivery, reports.itemCount[delivery.report]);
    const { bytes, length } = rows.row(delivery);
    let full = outputs.whole.deliveries.writeRows(bytes, 0, length, 1);
    full = outputs.of(receiver.organization)?.deliveries.writeRows(bytes, 0, length, 1) ?? full;
    if (full) await full;
  }
  latest.settle(({ report, at, kind, receiver, transport, resend }) => ({
    reportId: reports.ids.text(report),
    at: formatInstant(at),
    ...{ kind, transport, resend, receiver: receiver.name, fileName: files.name(report) },
    items: reports.itemCount[report],
  }));
}

/** Writes failures.csv and the receivers' copies, which do not name staff. */
export async function writeFailures(
  failures: readonly Failure[],
  { reports, files }: LineageRows,
  outputs: RunOutputs,
  fold: SummaryFold,
): Promise<void> {
  for (const failure of failures) {
    const { report, receiver, resentBy } = failure;
    if (!outputs.wants(receiver.organization)) continue;
    fold.failure(receiver);
    const row = (by: string): CsvValue[] => [
      failure.reportId === "" ? null : failure.reportId,
      receiver.name,
      report < 0 ? null : files.name(report),
      report < 0 ? null : reports.itemCount[report],
      failure.state,
      failure.firstFailedAt,
      failure.lastFailedAt,
      failure.attempts,
      failure.errorFamily,
      failure.error,
      known(failure.resentAt),
      by,
      known(failure.recoveredAt),
      namesOf(failure.senders),
      failure.submissionIds.join("; "),
      known(failure.expiresAt),
    ];
    await outputs.whole.failures.write(row(resentBy));
    await outputs.of(receiver.organization)?.failures.write(row(""));
  }
}

/** Writes summary.csv, and each organization's lines into its own. */
export async function writePairs(pairs: readonly PairSummary[], outputs: RunOutputs): Promise<void> {
  for (const pair of pairs) {
    const row: CsvValue[] = [
      ...[pair.sender, pair.receiver, pair.topic, pair.submissions, pair.items],
      ...OUTCOMES.map((outcome) => pair.byItemAndReceiver[outcome]),
      ...[pair.deliveredPercent, pair.medianDeliverySeconds, pair.p95DeliverySeconds],
    ];
    await outputs.whole.summary.write(row);
    const { senderOrganization, receiverOrganization } = pair;
    await outputs.of(senderOrganization)?.summary.write(row);
    if (receiverOrganization !== senderOrganization) await outputs.of(receiverOrganization)?.summary.write(row);
  }
}

/** Writes attention.csv: what the operators' page says that no other file has. */
export async function writeAttention(lines: readonly AttentionLine[], outputs: RunOutputs): Promise<void> {
  for (const { section, subject, state, detail, files, items, since, until, acts, reproduce } of lines) {
    await outputs.whole.attention.write([section, subject, state, detail, files, items, since, until, acts, reproduce]);
  }
}

function known(instant: number): number | null {
  return Number.isNaN(instant) ? null : instant;
}
