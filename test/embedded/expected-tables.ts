/**
 * ReportStream's tables as of its migration V75, for comparison with what schema.sql makes. A line
 * is a column with its type, `!` for NOT NULL and its default, or after `*` a constraint or index.
 */
export const EXPECTED_TABLES = `
action
  action_id bigint ! = a sequence
  action_name task_action
  action_params character varying
  action_result text
  created_at timestamp with time zone ! = now()
  action_response jsonb
  http_status integer
  content_length integer
  sender_ip character varying
  sending_org character varying
  sending_org_client character varying
  external_name text
  username text
  receiving_org character varying
  receiving_org_svc character varying
  * primary key (action_id)
  * index (action_name, sending_org)
  * index (created_at, sending_org, action_name)
  * index (receiving_org, receiving_org_svc, action_name)

report_file
  report_id uuid !
  action_id bigint !
  next_action task_action
  next_action_at timestamp with time zone
  sending_org character varying
  sending_org_client character varying
  receiving_org character varying
  receiving_org_svc character varying
  transport_params character varying
  transport_result text
  schema_name character varying !
  schema_topic character varying !
  body_url character varying
  external_name character varying
  body_format character varying !
  blob_digest bytea
  item_count integer !
  wiped_at timestamp with time zone
  created_at timestamp with time zone ! = now()
  downloaded_by character varying
  item_count_before_qual_filter integer
  * unique (body_url)
  * primary key (report_id)
  * foreign key (action_id) references action(action_id) on delete cascade
  * index (action_id)
  * index (blob_digest)
  * index (created_at, sending_org) include (item_count)
  * index (next_action)
  * index (receiving_org_svc, receiving_org)

report_lineage
  report_lineage_id bigint ! = a sequence
  action_id bigint !
  parent_report_id uuid !
  child_report_id uuid !
  created_at timestamp with time zone ! = now()
  * primary key (report_lineage_id)
  * foreign key (action_id) references action(action_id) on delete cascade
  * foreign key (child_report_id) references report_file(report_id) on delete cascade
  * foreign key (parent_report_id) references report_file(report_id) on delete cascade
  * index (action_id)
  * index (child_report_id)
  * index (parent_report_id)

item_lineage
  item_lineage_id bigint ! = a sequence
  parent_report_id uuid !
  parent_index integer !
  child_report_id uuid !
  child_index integer !
  tracking_id character varying
  transport_result character varying
  created_at timestamp with time zone ! = now()
  item_hash character varying ! = ''::character varying
  * primary key (item_lineage_id)
  * foreign key (child_report_id) references report_file(report_id) on delete cascade
  * foreign key (parent_report_id) references report_file(report_id) on delete cascade
  * index (child_report_id, child_index)
  * index (created_at)
  * index (item_hash)
  * index (parent_report_id, parent_index)
  * index (tracking_id)

action_log
  action_log_id bigint ! = a sequence
  action_id bigint !
  report_id uuid
  index integer
  tracking_id character varying
  type action_log_type
  scope action_log_scope
  detail jsonb
  created_at timestamp with time zone !
  * primary key (action_log_id)
  * foreign key (action_id) references action(action_id) on delete cascade
  * foreign key (report_id) references report_file(report_id) on delete cascade
  * index (action_id)
  * index (action_log_id) include (report_id)
  * index (created_at)
  * index (report_id)
  * index (tracking_id)

task
  report_id uuid !
  next_action task_action
  next_action_at timestamp with time zone
  schema_name character varying !
  receiver_name character varying
  item_count integer
  body_format character varying
  body_url character varying
  created_at timestamp with time zone
  translated_at timestamp with time zone
  batched_at timestamp with time zone
  sent_at timestamp with time zone
  wiped_at timestamp with time zone
  errored_at timestamp with time zone
  retry_token json
  processed_at timestamp with time zone
  routed_at timestamp with time zone
  destination_filtered_at timestamp with time zone
  receiver_filtered_at timestamp with time zone
  receiver_enriched_at timestamp with time zone
  * primary key (report_id)
  * index (next_action)

setting
  setting_id integer ! = a sequence
  type setting_type !
  name character varying !
  organization_id integer
  values jsonb
  is_deleted boolean
  is_active boolean
  version integer !
  created_by character varying !
  created_at timestamp with time zone !
  * unique (type, organization_id, name, version)
  * primary key (setting_id)
  * foreign key (organization_id) references setting(setting_id)
  * index (organization_id) where (is_active = true)
  * unique index (type, organization_id, name) where (is_active = true)

lookup_table_version
  lookup_table_version_id bigint ! = a sequence
  table_name character varying !
  table_version integer !
  is_active boolean ! = false
  created_by character varying !
  created_at timestamp with time zone ! = now()
  table_sha256_checksum character varying(512) ! = '0'::character varying
  * primary key (lookup_table_version_id)
  * check ((table_version >= 0))
  * unique index (table_name) where (is_active = true)
  * unique index (table_name, table_version)

lookup_table_row
  lookup_table_row_id bigint ! = a sequence
  lookup_table_version_id bigint ! = a sequence
  row_num integer !
  data jsonb !
  * primary key (lookup_table_row_id)
  * foreign key (lookup_table_version_id) references lookup_table_version(lookup_table_version_id)
  * check ((row_num > 0))
  * unique index (lookup_table_version_id, row_num)

email_schedule
  email_schedule_id integer ! = a sequence
  values json
  is_deleted boolean
  is_active boolean
  version integer !
  created_by character varying !
  created_at timestamp with time zone !
  * primary key (email_schedule_id)
  * check ((version > 0))
  * check ((length((created_by)::text) > 0))

receiver_connection_check_results
  receiver_connection_check_result_id bigint ! = a sequence
  organization_id integer !
  receiver_id integer !
  connection_check_result text !
  connection_check_successful boolean ! = false
  connection_check_started_at timestamp with time zone !
  connection_check_completed_at timestamp with time zone !
  * primary key (receiver_connection_check_result_id)
  * foreign key (organization_id) references setting(setting_id) on delete cascade
  * foreign key (receiver_id) references setting(setting_id) on delete cascade

jti_cache
  jti_cache_id bigint ! = a sequence
  jti character varying !
  expires_at timestamp with time zone ! = (now() + ((5)::double precision * '00:01:00'::interval))
  created_at timestamp with time zone ! = now()
  * primary key (jti_cache_id)
  * index (jti)

covid_result_metadata
  covid_results_metadata_id bigint ! = a sequence
  report_id uuid !
  report_index integer !
  message_id character varying(512)
  equipment_model character varying(512)
  test_result character varying(512)
  test_result_code character varying(32)
  ordering_facility_name character varying(512)
  ordering_facility_city character varying(512)
  ordering_facility_county character varying(512)
  ordering_facility_state character varying(512)
  ordering_facility_postal_code character varying(32)
  ordering_provider_name character varying(512)
  ordering_provider_id character varying(512)
  ordering_provider_county character varying(512)
  ordering_provider_state character varying(512)
  ordering_provider_postal_code character varying(32)
  patient_state character varying(512)
  patient_county character varying(512)
  patient_postal_code character varying(32)
  patient_age character varying(64)
  patient_gender character varying(32)
  patient_gender_code character varying(32)
  patient_ethnicity character varying(64)
  patient_ethnicity_code character varying(32)
  patient_race character varying(64)
  patient_race_code character varying(32)
  patient_tribal_citizenship character varying(128)
  patient_tribal_citizenship_code character varying(32)
  specimen_collection_date_time date
  testing_lab_city character varying(512)
  testing_lab_county character varying(512)
  testing_lab_postal_code character varying(32)
  testing_lab_state character varying(512)
  testing_lab_name character varying(512)
  testing_lab_clia character varying(64)
  created_at timestamp without time zone = CURRENT_TIMESTAMP
  site_of_care character varying(512)
  sender_id character varying(512)
  test_kit_name_id character varying(512)
  test_performed_loinc_code character varying(512)
  organization_name character varying(512)
  previous_message_id character varying(512)
  patient_country character varying(512)
  processing_mode_code character varying(64)
  * primary key (covid_results_metadata_id)
  * foreign key (report_id) references report_file(report_id) on delete cascade
  * 17 x check, null or not empty
  * index (message_id)
  * index (organization_name)
  * index (report_id, report_index)

elr_result_metadata
  elr_result_metadata_id bigint ! = a sequence
  report_id uuid !
  report_index integer !
  message_id character varying(512)
  previous_message_id character varying(512)
  sender_id character varying(512)
  organization_name character varying(512)
  topic character varying(512)
  created_at timestamp without time zone = CURRENT_TIMESTAMP
  sending_application_name character varying(64)
  sending_application_id character varying(64)
  patient_state character varying(512)
  patient_county character varying(512)
  patient_country character varying(512)
  patient_postal_code character varying(64)
  patient_age character varying(64)
  patient_gender character varying(64)
  patient_gender_code character varying(64)
  patient_ethnicity character varying(64)
  patient_ethnicity_code character varying(64)
  patient_race character varying(64)
  patient_race_code character varying(64)
  patient_tribal_citizenship character varying(128)
  patient_tribal_citizenship_code character varying(64)
  patient_preferred_language character varying(64)
  patient_nationality character varying(64)
  patient_species character varying(64)
  patient_species_code character varying(64)
  site_of_care character varying(512)
  reason_for_study character varying(512)
  reason_for_study_code character varying(64)
  specimen_collection_date_time timestamp with time zone
  specimen_received_date_time timestamp with time zone
  specimen_collection_method character varying(512)
  specimen_collection_site character varying(512)
  specimen_type character varying(512)
  specimen_source_site character varying(512)
  test_kit_name_id character varying(512)
  equipment_model character varying(512)
  test_ordered character varying(512)
  test_ordered_code character varying(512)
  test_performed character varying(512)
  test_performed_code character varying(512)
  test_result character varying(512)
  test_result_code character varying(512)
  ordering_provider_id character varying(512)
  ordering_provider_name character varying(512)
  ordering_provider_city character varying(512)
  ordering_provider_state character varying(512)
  ordering_provider_county character varying(512)
  ordering_provider_postal_code character varying(512)
  ordering_facility_id character varying(512)
  ordering_facility_name character varying(512)
  ordering_facility_city character varying(512)
  ordering_facility_county character varying(512)
  ordering_facility_state character varying(512)
  ordering_facility_postal_code character varying(512)
  testing_facility_id character varying(512)
  testing_facility_name character varying(512)
  testing_facility_city character varying(512)
  testing_facility_state character varying(512)
  testing_facility_county character varying(512)
  testing_facility_postal_code character varying(512)
  processing_mode_code character varying(64)
  test_result_normalized character varying(512)
  test_ordered_normalized character varying(512)
  test_ordered_long_name character varying(512)
  test_performed_normalized character varying(512)
  test_performed_long_name character varying(512)
  specimen_source_site_code character varying(512)
  specimen_type_normalized character varying(512)
  specimen_type_code character varying(512)
  specimen_collection_method_code character varying(512)
  specimen_collection_site_code character varying(512)
  * primary key (elr_result_metadata_id)
  * foreign key (report_id) references report_file(report_id) on delete cascade
  * index (created_at)
  * index (message_id)
  * index (organization_name)
  * index (patient_state, ordering_facility_state)
  * index (report_id, report_index)
  * index (sender_id)
  * index (test_ordered_code, test_performed_code)
  * index (topic)
`;

/** In this order, which "order by" follows. */
export const EXPECTED_ENUMS = {
  action_log_scope: "parameter, report, item, translation, internal",
  action_log_type: "info, warning, error, filter",
  setting_type: "ORGANIZATION, RECEIVER, SENDER",
  task_action:
    "receive, process, destination-filter, receiver-enrichment, receiver-filter, route, process_warning, convert, " +
    "process_error, translate, batch, send, download, wipe, batch_error, send_error, wipe_error, none, resend, " +
    "rebatch, token_auth, token_error, send_warning, other",
};
