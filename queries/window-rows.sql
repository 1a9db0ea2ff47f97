-- title: How many rows a window has, step by step
-- row: one step of time that has any
-- uses: engine, adhoc
-- param: from timestamptz required - rows of this instant or later; the first step begins here
-- param: to timestamptz required - rows before this instant
-- param: seconds integer required - how long a step is
-- column: starts_at instant - when the step begins
-- column: reports number - reports of all kinds
-- column: item_edges number - edges between items, as often as they were written
-- column: log_entries number - entries of the action log
-- reads: report_file, item_lineage, action_log
-- order: starts_at
-- cost: three range scans of indexes on created_at
select
  starts_at,
  sum(reports)::bigint as reports,
  sum(item_edges)::bigint as item_edges,
  sum(log_entries)::bigint as log_entries
from (
  select date_bin(make_interval(secs => :seconds), created_at, :from) as starts_at, count(*) as reports, 0 as item_edges, 0 as log_entries
  from report_file
  where created_at >= :from and created_at < :to
  group by 1
  union all
  select date_bin(make_interval(secs => :seconds), created_at, :from), 0, count(*), 0
  from item_lineage
  where created_at >= :from and created_at < :to
  group by 1
  union all
  select date_bin(make_interval(secs => :seconds), created_at, :from), 0, 0, count(*)
  from action_log
  where created_at >= :from and created_at < :to
  group by 1
) steps
group by starts_at
order by starts_at
