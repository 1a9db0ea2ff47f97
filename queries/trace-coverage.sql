-- title: How far back each table reaches
-- row: one table
-- uses: engine, adhoc
-- column: table_name text - the table
-- column: from_instant instant - its oldest row; null when it is empty
-- column: to_instant instant - its newest row
-- reads: report_file, action, item_lineage, report_lineage, action_log, covid_result_metadata, elr_result_metadata
-- order: table_name
-- cost: two look-ups in an index a table: by created_at where there is one, else by number, whose order is nearly the same
select 'action' as table_name, min(created_at) as from_instant, max(created_at) as to_instant from action
union all
select 'action_log', min(created_at), max(created_at) from action_log
union all
select
  'covid_result_metadata',
  (select created_at::timestamptz from covid_result_metadata order by covid_results_metadata_id limit 1),
  (select created_at::timestamptz from covid_result_metadata order by covid_results_metadata_id desc limit 1)
union all
select 'elr_result_metadata', min(created_at)::timestamptz, max(created_at)::timestamptz from elr_result_metadata
union all
select 'item_lineage', min(created_at), max(created_at) from item_lineage
union all
select 'report_file', min(created_at), max(created_at) from report_file
union all
select
  'report_lineage',
  (select created_at from report_lineage order by report_lineage_id limit 1),
  (select created_at from report_lineage order by report_lineage_id desc limit 1)
order by table_name
