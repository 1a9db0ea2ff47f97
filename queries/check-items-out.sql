-- title: Reports that items leave which they do not have
-- row: one report with an edge whose position is outside of its items
-- uses: engine, adhoc
-- param: from timestamptz required - edges written at or after this instant
-- param: to timestamptz required - edges written before this instant
-- column: report_id id - the report that the edges leave
-- column: most number - the highest position that it can have
-- column: lowest number - the lowest position of an edge
-- column: highest number - the highest
-- column: submitted boolean - whether it is a submission, whose items are counted before they are read
-- column: created_at instant - when the report was written
-- reads: item_lineage, report_file
-- order: created_at, report_id
-- cost: a range scan of the index on created_at of item_lineage, grouped by report, and one look-up of a report each
select
  rf.report_id,
  greatest(rf.item_count, rf.item_count_before_qual_filter, 0) as most,
  e.lowest,
  e.highest,
  rf.sending_org is not null as submitted,
  rf.created_at
from (
  select parent_report_id, min(parent_index) as lowest, max(parent_index) as highest
  from item_lineage
  where created_at >= :from
    and created_at < :to
  group by parent_report_id
) e
join report_file rf on rf.report_id = e.parent_report_id
where e.highest > greatest(rf.item_count, rf.item_count_before_qual_filter, 0)
  or e.lowest < (case when rf.created_at < '2022-02-18 00:00+00' then 0 else 1 end)
order by rf.created_at, rf.report_id
