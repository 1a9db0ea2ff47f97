import type { Column, CsvValue } from "../output/csv.ts";
import { formatMoment } from "../time/zone.ts";
import type { ProofDelivery, ProofSubmission } from "./fold.ts";

function columns(...list: readonly `${string}:${Column["type"]}`[]): Column[] {
  return list.map((column) => {
    const [name, type] = column.split(":");
    return { name: String(name), type: type as Column["type"] };
  });
}

export const SUBMISSION_PROOF_COLUMNS = columns(
  ...([
    "submission_id:id",
    "report_id:id",
    "submitted_at:instant",
    "local_time:text",
    "sender:text",
    "topic:text",
  ] as const),
  ...(["file_name:text", "items:number", "http_status:number", "intended:number", "delivered:number"] as const),
  "outcomes:text",
);

export function submissionCells(row: ProofSubmission, timeZone: string): CsvValue[] {
  const { submissionId, reportId, at, sender, topic, fileName, items, httpStatus, intended, delivered, outcomes } = row;
  const head = [submissionId, reportId || null, at, formatMoment(at, timeZone), sender, topic, fileName];
  return [...head, items, httpStatus, intended, delivered, outcomes.join("; ")];
}

export const DELIVERY_PROOF_COLUMNS = columns(
  ...(["report_id:id", "delivered_at:instant", "local_time:text", "kind:text", "receiver:text", "topic:text"] as const),
  ...(["file_name:text", "items:number", "transport:text", "resend:boolean", "submissions:number"] as const),
  "senders:text",
);

export function deliveryCells(row: ProofDelivery, timeZone: string): CsvValue[] {
  const { reportId, at, kind, receiver, topic, fileName, items, transport, resend, submissions, senders } = row;
  const head = [reportId, at, formatMoment(at, timeZone), kind, receiver, topic, fileName];
  return [...head, items, transport, resend, submissions, senders.join("; ")];
}
