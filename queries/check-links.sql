-- title: Which reports were made of which, by both lineages
-- row: one pair of a report and one made of it
-- uses: engine
-- param: from timestamptz required - the second written at or after this instant
-- param: to timestamptz required - the second written before this instant
-- column: parent_report_id id - the report
-- column: child_report_id id - the one made of it
-- column: flags number - 1 by the report lineage, 2 by the item lineage, 4 without items or a download: no item edges are due
-- reads: report_file, report_lineage, item_lineage
-- order: none
-- cost: a range scan of the index on (created_at, sending_org), and two look-ups by key a report
select
  pairs.parent_report_id,
  rf.report_id as child_report_id,
  (max(pairs.linked) + max(pairs.edged)
    + max(case when rf.item_count = 0 or rf.downloaded_by is not null then 4 else 0 end))::int as flags
from report_file rf
cross join lateral (
  select parent_report_id, 1 as linked, 0 as edged
  from report_lineage
  where child_report_id = rf.report_id
  union all
  select parent_report_id, 0, 2
  from item_lineage
  where child_report_id = rf.report_id
) pairs
where rf.created_at >= :from
  and rf.created_at < :to
group by pairs.parent_report_id, rf.report_id
