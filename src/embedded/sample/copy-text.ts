import type { Micros } from "../../time/instant.ts";
import { sqlInstant } from "./clock.ts";

/** The tables that the sample fills, in an order that satisfies the foreign keys, with the columns it gives. */
export const TABLES = {
  setting: "setting_id,type,name,organization_id,values,is_deleted,is_active,version,created_by,created_at",
  lookup_table_version:
    "lookup_table_version_id,table_name,table_version,is_active,created_by,created_at,table_sha256_checksum",
  lookup_table_row: "lookup_table_row_id,lookup_table_version_id,row_num,data",
  email_schedule: "email_schedule_id,values,is_deleted,is_active,version,created_by,created_at",
  jti_cache: "jti_cache_id,jti,expires_at,created_at",
  receiver_connection_check_results:
    "receiver_connection_check_result_id,organization_id,receiver_id,connection_check_result," +
    "connection_check_successful,connection_check_started_at,connection_check_completed_at",
  action:
    "action_id,action_name,action_params,action_result,created_at,http_status,content_length,sender_ip,sending_org," +
    "sending_org_client,external_name,username,receiving_org,receiving_org_svc",
  report_file:
    "report_id,action_id,next_action,next_action_at,sending_org,sending_org_client,receiving_org,receiving_org_svc," +
    "transport_params,transport_result,schema_name,schema_topic,body_url,external_name,body_format,blob_digest," +
    "item_count,created_at,downloaded_by,item_count_before_qual_filter",
  covid_result_metadata:
    "covid_results_metadata_id,report_id,report_index,message_id,equipment_model,test_result,test_result_code," +
    "ordering_facility_name,ordering_facility_state,ordering_provider_name,patient_state,patient_postal_code," +
    "patient_age,specimen_collection_date_time,testing_lab_name,testing_lab_clia,testing_lab_city," +
    "testing_lab_state,created_at,sender_id," +
    "test_performed_loinc_code,organization_name,processing_mode_code",
  elr_result_metadata:
    "elr_result_metadata_id,report_id,report_index,message_id,sender_id,organization_name,topic,created_at," +
    "patient_state,patient_age,test_performed_code,test_result,ordering_facility_name,testing_facility_name," +
    "processing_mode_code",
  report_lineage: "report_lineage_id,action_id,parent_report_id,child_report_id,created_at",
  item_lineage:
    "item_lineage_id,parent_report_id,parent_index,child_report_id,child_index,tracking_id,created_at,item_hash",
  action_log: "action_log_id,action_id,report_id,index,tracking_id,type,scope,detail,created_at",
  task:
    "report_id,next_action,next_action_at,schema_name,receiver_name,item_count,body_format,body_url,created_at," +
    "translated_at,batched_at,sent_at,retry_token,processed_at,routed_at,destination_filtered_at," +
    "receiver_filtered_at,receiver_enriched_at",
} as const;

export type TableName = keyof typeof TABLES;

/** A value of a row, as the generator knows it; Dates have no place here, instants go through `time`. */
export type Cell = string | number | boolean | null;

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text as COPY's text format wants it, `\N` for null. */
export function text(value: string | null): string {
  if (value === null) return "\\N";
  return SPECIAL.test(value) ? value.replace(/[\\\n\r\t]/g, (found) => ESCAPES[found] as string) : value;
}

function cell(value: Cell): string {
  if (typeof value === "string" || value === null) return text(value);
  if (typeof value === "boolean") return value ? "t" : "f";
  return String(value);
}

export function time(at: Micros | null): string {
  return at === null ? "\\N" : sqlInstant(at);
}

/** One line of COPY's text format from plain values. For the tables with few rows; the large ones build their own. */
export function line(...cells: Cell[]): string {
  return `${cells.map(cell).join("\t")}\n`;
}
