-- title: How many rows a window has
-- row: the window
-- uses: engine, adhoc
-- param: from timestamptz required - rows of this instant or later
-- param: to timestamptz required - rows before this instant
-- column: submissions number - reports as senders submitted them
-- column: submitted_items number - items in them
-- column: reports number - reports of all kinds
-- column: item_edges number - edges between items, as often as they were written
-- column: log_entries number - entries of the action log
-- reads: report_file, item_lineage, action_log
-- order: none
-- cost: three range scans of indexes on created_at
select
  r.submissions,
  r.submitted_items,
  r.reports,
  (select count(*) from item_lineage where created_at >= :from and created_at < :to) as item_edges,
  (select count(*) from action_log where created_at >= :from and created_at < :to) as log_entries
from (
  select
    count(*) filter (where sending_org is not null) as submissions,
    coalesce(sum(item_count) filter (where sending_org is not null), 0) as submitted_items,
    count(*) as reports
  from report_file
  where created_at >= :from and created_at < :to
) r
