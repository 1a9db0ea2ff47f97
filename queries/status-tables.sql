-- title: Size and growth of the tables
-- row: one table
-- uses: engine, adhoc
-- param: from timestamptz required - rows written at or after this instant count as new
-- param: to timestamptz required - and before this one
-- column: table_name text - the table
-- column: bytes number - on disk, with its indexes; null for a table that is kept elsewhere
-- column: new_rows number - rows written in the time; null where no index has their time
-- reads: action, report_file, item_lineage, action_log, elr_result_metadata, setting
-- order: table_name
-- cost: range scans of the indexes on created_at: as many entries as there are new rows; of the settings, some thousands of rows, a scan
select t.table_name, pg_total_relation_size(to_regclass(t.table_name)) as bytes, t.new_rows
from (
  select 'action' as table_name, (select count(*) from action where created_at >= :from and created_at < :to) as new_rows
  union all
  select 'report_file', (select count(*) from report_file where created_at >= :from and created_at < :to)
  union all
  select 'item_lineage', (select count(*) from item_lineage where created_at >= :from and created_at < :to)
  union all
  select 'action_log', (select count(*) from action_log where created_at >= :from and created_at < :to)
  union all
  -- Its times have no zone; ReportStream writes UTC.
  select 'elr_result_metadata', (
    select count(*)
    from elr_result_metadata
    where created_at >= cast(:from as timestamptz) at time zone 'UTC'
      and created_at < cast(:to as timestamptz) at time zone 'UTC'
  )
  union all
  select 'setting', (select count(*) from setting where created_at >= :from and created_at < :to)
  union all
  select name, null
  from unnest(array[
    'covid_result_metadata', 'email_schedule', 'jti_cache', 'lookup_table_row',
    'lookup_table_version', 'receiver_connection_check_results', 'report_lineage', 'task'
  ]) as name
) t
order by table_name
