import { OUTCOMES } from "../outcome/words.ts";
import type { Column, ColumnType } from "../output/csv.ts";

/**
 * The columns of every CSV file of a run, in order: a contract with whoever reads them. Types decide
 * how a cell is printed and guarded: names, file names, tracking ids and messages are text.
 */
function columns(...names: `${string}:${ColumnType}`[]): Column[] {
  return names.map((entry) => {
    const [name, type] = entry.split(":") as [string, ColumnType];
    return { name, type };
  });
}

const COUNTS: Column[] = OUTCOMES.map((name) => ({ name, type: "number" }));

export const SUMMARY_COLUMNS: Column[] = [
  ...columns("sender:text", "receiver:text", "topic:text", "submissions:number", "items:number"),
  ...COUNTS,
  { name: "delivered_percent", type: "decimal", digits: 2 },
  { name: "median_delivery_seconds", type: "decimal", digits: 3 },
  { name: "p95_delivery_seconds", type: "decimal", digits: 3 },
];

export const SUBMISSION_COLUMNS: Column[] = [
  ...columns("submission_id:id", "report_id:id", "submitted_at:instant", "sender:text", "topic:text", "file_name:text"),
  ...columns("format:text", "items:number", "http_status:number", "status:text"),
  ...COUNTS,
  ...columns("errors:number", "warnings:number"),
];

export const ITEM_COLUMNS: Column[] = [
  ...columns("submission_id:id", "report_id:id", "item:number", "tracking_id:text", "sender:text", "topic:text"),
  ...columns("submitted_at:instant", "receiver:text", "outcome:text", "reason:text", "acts:text"),
  ...columns("delivered_report_id:id", "delivered_item:number", "file_name:text", "delivered_at:instant"),
  ...columns("times_delivered:number"),
];

export const DELIVERY_COLUMNS: Column[] = [
  ...columns("report_id:id", "delivered_at:instant", "kind:text", "receiver:text", "topic:text", "format:text"),
  ...columns("file_name:text", "items:number", "transport:text", "attempts:number", "resend:boolean"),
  ...columns("submissions:number", "senders:text", "oldest_submitted_at:instant"),
];

export const FAILURE_COLUMNS: Column[] = [
  ...columns("report_id:id", "receiver:text", "file_name:text", "items:number", "state:text"),
  ...columns("first_failed_at:instant", "last_failed_at:instant", "attempts:number", "error_family:text", "error:text"),
  ...columns("resent_at:instant", "resent_by:text", "recovered_at:instant", "senders:text", "submission_ids:text"),
  ...columns("expires_at:instant"),
];

export const ERROR_COLUMNS: Column[] = [
  ...columns("logged_at:instant", "type:text", "scope:text", "error_code:text", "field:text", "message:text"),
  ...columns("submission_id:id", "report_id:id", "item:number", "tracking_id:text", "sender:text", "receiver:text"),
  ...columns("action:text"),
];

export const ERROR_GROUP_COLUMNS: Column[] = [
  ...columns(
    "type:text",
    "scope:text",
    "error_code:text",
    "field:text",
    "message:text",
    "sender:text",
    "receiver:text",
  ),
  ...columns("count:number", "submissions:number", "items:number", "first_seen:instant", "last_seen:instant"),
];

export const ATTENTION_COLUMNS: Column[] = [
  ...columns("section:text", "subject:text", "state:text", "detail:text", "files:number", "items:number"),
  ...columns("since:text", "until:text", "acts:text", "reproduce:text"),
];
