-- The role with which lineage-report reads: SELECT on the tables that its queries name, and nothing else.
-- Run it as their owner, once or again after an update:
--     psql -v ON_ERROR_STOP=1 -f deploy/role.sql DATABASE
-- then give the role a password with psql's \password lineage_report, or let it log in by certificate.

do $$
begin
  if not exists (select from pg_roles where rolname = 'lineage_report') then
    create role lineage_report login;
  end if;
  execute format('grant connect on database %I to lineage_report', current_database());
end
$$;

alter role lineage_report nosuperuser nocreatedb nocreaterole noreplication connection limit 4;
-- The program asks for a read-only transaction itself; this holds for whoever else gets the password.
alter role lineage_report set default_transaction_read_only = on;
-- A snapshot that is held keeps the server from clearing old rows away, so nothing may hold one for long.
alter role lineage_report set statement_timeout = '30min';
alter role lineage_report set idle_in_transaction_session_timeout = '10min';

grant usage on schema public to lineage_report;
grant select on
  action,
  action_log,
  covid_result_metadata,
  elr_result_metadata,
  email_schedule,
  item_lineage,
  jti_cache,
  lookup_table_row,
  lookup_table_version,
  receiver_connection_check_results,
  report_file,
  report_lineage,
  setting,
  task
to lineage_report;
