-- The part of ReportStream's database that this program reads: types, tables, constraints and
-- indexes as they are after its migration V75, written from a description of them. Its stored
-- functions are left out, because nothing here calls them.

create type action_log_scope as enum ('parameter', 'report', 'item', 'translation', 'internal');
create type action_log_type as enum ('info', 'warning', 'error', 'filter');
create type setting_type as enum ('ORGANIZATION', 'RECEIVER', 'SENDER');
-- In this order, which "order by action_name" follows.
create type task_action as enum (
  'receive', 'process', 'destination-filter', 'receiver-enrichment', 'receiver-filter', 'route',
  'process_warning', 'convert', 'process_error', 'translate', 'batch', 'send', 'download', 'wipe',
  'batch_error', 'send_error', 'wipe_error', 'none', 'resend', 'rebatch', 'token_auth',
  'token_error', 'send_warning', 'other'
);

create table action (
  action_id bigserial primary key,
  action_name task_action,
  action_params varchar,
  action_result text,
  created_at timestamptz not null default now(),
  action_response jsonb,
  http_status integer,
  content_length integer,
  sender_ip varchar,
  sending_org varchar,
  sending_org_client varchar,
  external_name text,
  username text,
  receiving_org varchar,
  receiving_org_svc varchar
);
create index action_action_name_sending_org_idx on action (action_name, sending_org);
create index action_created_at_sending_org_action_name_idx on action (created_at, sending_org, action_name);
create index action_receiving_org_receiving_org_svc_action_name_idx on action (receiving_org, receiving_org_svc, action_name);

create table report_file (
  report_id uuid primary key,
  action_id bigint not null references action (action_id) on delete cascade,
  next_action task_action,
  next_action_at timestamptz,
  sending_org varchar,
  sending_org_client varchar,
  receiving_org varchar,
  receiving_org_svc varchar,
  transport_params varchar,
  transport_result text,
  schema_name varchar not null,
  schema_topic varchar not null,
  body_url varchar,
  external_name varchar,
  body_format varchar not null,
  blob_digest bytea,
  item_count integer not null,
  wiped_at timestamptz,
  created_at timestamptz not null default now(),
  downloaded_by varchar,
  item_count_before_qual_filter integer,
  unique (body_url)
);
create index report_file_action_id_idx on report_file (action_id);
create index report_file_blob_digest_idx on report_file (blob_digest);
create index report_file_created_at_sending_org_idx on report_file (created_at, sending_org) include (item_count);
create index report_file_next_action_idx on report_file (next_action);
create index report_file_receiving_org_svc_receiving_org_idx on report_file (receiving_org_svc, receiving_org);

create table report_lineage (
  report_lineage_id bigserial primary key,
  action_id bigint not null references action (action_id) on delete cascade,
  parent_report_id uuid not null references report_file (report_id) on delete cascade,
  child_report_id uuid not null references report_file (report_id) on delete cascade,
  created_at timestamptz not null default now()
);
create index report_lineage_action_id_idx on report_lineage (action_id);
create index report_lineage_child_report_id_idx on report_lineage (child_report_id);
create index report_lineage_parent_report_id_idx on report_lineage (parent_report_id);

create table item_lineage (
  item_lineage_id bigserial primary key,
  parent_report_id uuid not null references report_file (report_id) on delete cascade,
  parent_index integer not null,
  child_report_id uuid not null references report_file (report_id) on delete cascade,
  child_index integer not null,
  tracking_id varchar,
  transport_result varchar,
  created_at timestamptz not null default now(),
  item_hash varchar not null default ''
);
create index item_lineage_child_report_id_child_index_idx on item_lineage (child_report_id, child_index);
create index item_lineage_created_at_idx on item_lineage (created_at);
create index item_lineage_item_hash_idx on item_lineage (item_hash);
create index item_lineage_parent_report_id_parent_index_idx on item_lineage (parent_report_id, parent_index);
create index item_lineage_tracking_id_idx on item_lineage (tracking_id);

create table action_log (
  action_log_id bigserial primary key,
  action_id bigint not null references action (action_id) on delete cascade,
  report_id uuid references report_file (report_id) on delete cascade,
  index integer,
  tracking_id varchar,
  type action_log_type,
  scope action_log_scope,
  detail jsonb,
  created_at timestamptz not null
);
create index action_log_action_id_idx on action_log (action_id);
create index action_log_action_log_id_idx on action_log (action_log_id) include (report_id);
create index action_log_created_at_idx on action_log (created_at);
create index action_log_report_id_idx on action_log (report_id);
create index action_log_tracking_id_idx on action_log (tracking_id);

create table task (
  report_id uuid primary key,
  next_action task_action,
  next_action_at timestamptz,
  schema_name varchar not null,
  receiver_name varchar,
  item_count integer,
  body_format varchar,
  body_url varchar,
  created_at timestamptz,
  translated_at timestamptz,
  batched_at timestamptz,
  sent_at timestamptz,
  wiped_at timestamptz,
  errored_at timestamptz,
  retry_token json,
  processed_at timestamptz,
  routed_at timestamptz,
  destination_filtered_at timestamptz,
  receiver_filtered_at timestamptz,
  receiver_enriched_at timestamptz
);
create index task_next_action_idx on task (next_action);

create table setting (
  setting_id serial primary key,
  type setting_type not null,
  name varchar not null,
  organization_id integer references setting (setting_id),
  "values" jsonb,
  is_deleted boolean,
  is_active boolean,
  version integer not null,
  created_by varchar not null,
  created_at timestamptz not null,
  unique (type, organization_id, name, version)
);
create index setting_organization_id_active_idx on setting (organization_id) where is_active = true;
create unique index setting_type_organization_id_name_active_key on setting (type, organization_id, name) where is_active = true;

create table lookup_table_version (
  lookup_table_version_id bigserial primary key,
  table_name varchar not null,
  table_version integer not null,
  is_active boolean not null default false,
  created_by varchar not null,
  created_at timestamptz not null default now(),
  table_sha256_checksum varchar(512) not null default '0',
  check (table_version >= 0)
);
create unique index lookup_table_version_table_name_active_key on lookup_table_version (table_name) where is_active = true;
create unique index lookup_table_version_table_name_table_version_key on lookup_table_version (table_name, table_version);

create table lookup_table_row (
  lookup_table_row_id bigserial primary key,
  lookup_table_version_id bigserial not null references lookup_table_version (lookup_table_version_id),
  row_num integer not null,
  data jsonb not null,
  check (row_num > 0)
);
create unique index lookup_table_row_lookup_table_version_id_row_num_key on lookup_table_row (lookup_table_version_id, row_num);

create table email_schedule (
  email_schedule_id serial primary key,
  "values" json,
  is_deleted boolean,
  is_active boolean,
  version integer not null,
  created_by varchar not null,
  created_at timestamptz not null,
  check (version > 0),
  check (length(created_by) > 0)
);

create table receiver_connection_check_results (
  receiver_connection_check_result_id bigserial primary key,
  organization_id integer not null references setting (setting_id) on delete cascade,
  receiver_id integer not null references setting (setting_id) on delete cascade,
  connection_check_result text not null,
  connection_check_successful boolean not null default false,
  connection_check_started_at timestamptz not null,
  connection_check_completed_at timestamptz not null
);

create table jti_cache (
  jti_cache_id bigserial primary key,
  jti varchar not null,
  expires_at timestamptz not null default now() + 5 * interval '1 minute',
  created_at timestamptz not null default now()
);
create index jti_cache_jti_idx on jti_cache (jti);

create table covid_result_metadata (
  covid_results_metadata_id bigserial primary key,
  report_id uuid not null references report_file (report_id) on delete cascade,
  report_index integer not null,
  message_id varchar(512),
  equipment_model varchar(512),
  test_result varchar(512),
  test_result_code varchar(32),
  ordering_facility_name varchar(512),
  ordering_facility_city varchar(512),
  ordering_facility_county varchar(512),
  ordering_facility_state varchar(512),
  ordering_facility_postal_code varchar(32),
  ordering_provider_name varchar(512),
  ordering_provider_id varchar(512),
  ordering_provider_county varchar(512),
  ordering_provider_state varchar(512),
  ordering_provider_postal_code varchar(32),
  patient_state varchar(512),
  patient_county varchar(512),
  patient_postal_code varchar(32),
  patient_age varchar(64),
  patient_gender varchar(32),
  patient_gender_code varchar(32),
  patient_ethnicity varchar(64),
  patient_ethnicity_code varchar(32),
  patient_race varchar(64),
  patient_race_code varchar(32),
  patient_tribal_citizenship varchar(128),
  patient_tribal_citizenship_code varchar(32),
  specimen_collection_date_time date,
  testing_lab_city varchar(512),
  testing_lab_county varchar(512),
  testing_lab_postal_code varchar(32),
  testing_lab_state varchar(512),
  testing_lab_name varchar(512),
  testing_lab_clia varchar(64),
  created_at timestamp default current_timestamp,
  site_of_care varchar(512),
  sender_id varchar(512),
  test_kit_name_id varchar(512),
  test_performed_loinc_code varchar(512),
  organization_name varchar(512),
  previous_message_id varchar(512),
  patient_country varchar(512),
  processing_mode_code varchar(64),
  check (message_id is null or length(message_id) > 0),
  check (equipment_model is null or length(equipment_model) > 0),
  check (test_result is null or length(test_result) > 0),
  check (ordering_facility_name is null or length(ordering_facility_name) > 0),
  check (ordering_facility_city is null or length(ordering_facility_city) > 0),
  check (ordering_facility_county is null or length(ordering_facility_county) > 0),
  check (ordering_facility_state is null or length(ordering_facility_state) > 0),
  check (ordering_provider_name is null or length(ordering_provider_name) > 0),
  check (ordering_provider_id is null or length(ordering_provider_id) > 0),
  check (ordering_provider_county is null or length(ordering_provider_county) > 0),
  check (ordering_provider_state is null or length(ordering_provider_state) > 0),
  check (testing_lab_name is null or length(testing_lab_name) > 0),
  check (testing_lab_city is null or length(testing_lab_city) > 0),
  check (testing_lab_county is null or length(testing_lab_county) > 0),
  check (testing_lab_state is null or length(testing_lab_state) > 0),
  check (patient_state is null or length(patient_state) > 0),
  check (patient_county is null or length(patient_county) > 0)
);
create index covid_result_metadata_message_id_idx on covid_result_metadata (message_id);
create index covid_result_metadata_organization_name_idx on covid_result_metadata (organization_name);
create index covid_result_metadata_report_id_report_index_idx on covid_result_metadata (report_id, report_index);

create table elr_result_metadata (
  elr_result_metadata_id bigserial primary key,
  report_id uuid not null references report_file (report_id) on delete cascade,
  report_index integer not null,
  message_id varchar(512),
  previous_message_id varchar(512),
  sender_id varchar(512),
  organization_name varchar(512),
  topic varchar(512),
  created_at timestamp default current_timestamp,
  sending_application_name varchar(64),
  sending_application_id varchar(64),
  patient_state varchar(512),
  patient_county varchar(512),
  patient_country varchar(512),
  patient_postal_code varchar(64),
  patient_age varchar(64),
  patient_gender varchar(64),
  patient_gender_code varchar(64),
  patient_ethnicity varchar(64),
  patient_ethnicity_code varchar(64),
  patient_race varchar(64),
  patient_race_code varchar(64),
  patient_tribal_citizenship varchar(128),
  patient_tribal_citizenship_code varchar(64),
  patient_preferred_language varchar(64),
  patient_nationality varchar(64),
  patient_species varchar(64),
  patient_species_code varchar(64),
  site_of_care varchar(512),
  reason_for_study varchar(512),
  reason_for_study_code varchar(64),
  specimen_collection_date_time timestamptz,
  specimen_received_date_time timestamptz,
  specimen_collection_method varchar(512),
  specimen_collection_site varchar(512),
  specimen_type varchar(512),
  specimen_source_site varchar(512),
  test_kit_name_id varchar(512),
  equipment_model varchar(512),
  test_ordered varchar(512),
  test_ordered_code varchar(512),
  test_performed varchar(512),
  test_performed_code varchar(512),
  test_result varchar(512),
  test_result_code varchar(512),
  ordering_provider_id varchar(512),
  ordering_provider_name varchar(512),
  ordering_provider_city varchar(512),
  ordering_provider_state varchar(512),
  ordering_provider_county varchar(512),
  ordering_provider_postal_code varchar(512),
  ordering_facility_id varchar(512),
  ordering_facility_name varchar(512),
  ordering_facility_city varchar(512),
  ordering_facility_county varchar(512),
  ordering_facility_state varchar(512),
  ordering_facility_postal_code varchar(512),
  testing_facility_id varchar(512),
  testing_facility_name varchar(512),
  testing_facility_city varchar(512),
  testing_facility_state varchar(512),
  testing_facility_county varchar(512),
  testing_facility_postal_code varchar(512),
  processing_mode_code varchar(64),
  test_result_normalized varchar(512),
  test_ordered_normalized varchar(512),
  test_ordered_long_name varchar(512),
  test_performed_normalized varchar(512),
  test_performed_long_name varchar(512),
  specimen_source_site_code varchar(512),
  specimen_type_normalized varchar(512),
  specimen_type_code varchar(512),
  specimen_collection_method_code varchar(512),
  specimen_collection_site_code varchar(512)
);
create index elr_result_metadata_created_at_idx on elr_result_metadata (created_at);
create index elr_result_metadata_message_id_idx on elr_result_metadata (message_id);
create index elr_result_metadata_organization_name_idx on elr_result_metadata (organization_name);
create index elr_result_metadata_patient_state_ordering_facility_sta_idx on elr_result_metadata (patient_state, ordering_facility_state);
create index elr_result_metadata_report_id_report_index_idx on elr_result_metadata (report_id, report_index);
create index elr_result_metadata_sender_id_idx on elr_result_metadata (sender_id);
create index elr_result_metadata_test_ordered_code_test_performed_co_idx on elr_result_metadata (test_ordered_code, test_performed_code);
create index elr_result_metadata_topic_idx on elr_result_metadata (topic);

-- Found by the table's name alone, so it holds the rows of every version, active or not: as in
-- ReportStream, where that is a known fault.
create materialized view vw_livd_table as
select
  v.lookup_table_version_id,
  r.lookup_table_row_id,
  r.row_num,
  r.data ->> 'Manufacturer' as manufacturer,
  r.data ->> 'Model' as model,
  r.data ->> 'Vendor Analyte Name' as vendor_analyte_name,
  r.data ->> 'Vendor Specimen Description' as vendor_specimen_description,
  r.data ->> 'Vendor Result Description' as vendor_result_description,
  r.data ->> 'Test Performed LOINC Code' as test_performed_loinc_code,
  r.data ->> 'Test Performed LOINC Long Name' as test_performed_loinc_long_name,
  r.data ->> 'Test Ordered LOINC Code' as test_ordered_loinc_code,
  r.data ->> 'Test Ordered LOINC Long Name' as test_ordered_loinc_long_name,
  r.data ->> 'Vendor Comment' as vendor_comment,
  r.data ->> 'Vendor Analyte Code' as vendor_analyte_code,
  r.data ->> 'Vendor Reference ID' as vendor_reference_id,
  r.data ->> 'Test Kit Name ID' as test_kit_name_id,
  r.data ->> 'Test Kit Name ID Type' as test_kit_name_id_type,
  r.data ->> 'Equipment UID' as equipment_uid,
  r.data ->> 'Equipment UID Type' as equipment_uid_type,
  r.data ->> 'Component' as component,
  r.data ->> 'Property' as property,
  r.data ->> 'Time' as "time",
  r.data ->> 'System' as "system",
  r.data ->> 'Scale' as scale,
  r.data ->> 'Method' as "method",
  r.data ->> 'Publication Version ID' as publication_version_id,
  r.data ->> 'LOINC Version ID' as loinc_version_id,
  r.data ->> 'is_otc' as is_otc,
  r.data ->> 'is_home' as is_home,
  r.data ->> 'is_unproctored' as is_unproctored,
  r.data ->> 'processing_mode_code' as processing_mode_code
from lookup_table_row r
join lookup_table_version v on v.lookup_table_version_id = r.lookup_table_version_id
where v.table_name = 'LIVD-SARS-CoV-2';

create function refresh_materialized_views(table_name text) returns void language plpgsql as $$
begin
  if upper(table_name) = 'LIVD-SARS-COV-2' then
    refresh materialized view vw_livd_table;
  end if;
end;
$$;

create table flyway_schema_history (
  installed_rank integer primary key,
  version varchar(50),
  description varchar(200) not null,
  type varchar(20) not null,
  script varchar(1000) not null,
  checksum integer,
  installed_by varchar(100) not null,
  installed_on timestamp not null default now(),
  execution_time integer not null,
  success boolean not null
);
create index flyway_schema_history_s_idx on flyway_schema_history (success);
-- V18 became V21.
insert into flyway_schema_history
  (installed_rank, version, description, type, script, installed_by, execution_time, success)
select row_number() over (order by n), n::text, 'migration ' || n, 'SQL', 'V' || n || '.sql', current_user, 0, true
from generate_series(1, 75) n
where n <> 18;
