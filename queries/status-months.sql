-- title: Months of which each table has rows
-- row: one month, in UTC, from the first in any of the tables to the present one
-- uses: engine, adhoc
-- param: to timestamptz required - the present
-- column: month instant - its first instant
-- column: action boolean - whether there are actions
-- column: report_file boolean - whether there are reports
-- column: item_lineage boolean - whether there are edges of items
-- column: action_log boolean - whether there are log entries
-- reads: action, report_file, item_lineage, action_log
-- order: month
-- cost: one look-up in an index a month and table
with months as (
  select generate_series(
    date_trunc('month', first.at at time zone 'UTC'),
    date_trunc('month', cast(:to as timestamptz) at time zone 'UTC'),
    interval '1 month'
  ) as month
  from (
    select least(
      (select min(created_at) from action),
      (select min(created_at) from report_file),
      (select min(created_at) from item_lineage),
      (select min(created_at) from action_log)
    ) as at
  ) first
),
spans as (
  select
    month at time zone 'UTC' as month,
    (month + interval '1 month') at time zone 'UTC' as next
  from months
)
select
  month,
  exists (select from action where created_at >= month and created_at < next) as action,
  exists (select from report_file where created_at >= month and created_at < next) as report_file,
  exists (select from item_lineage where created_at >= month and created_at < next) as item_lineage,
  exists (select from action_log where created_at >= month and created_at < next) as action_log
from spans
order by month
