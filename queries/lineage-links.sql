-- title: Report links that item edges do not show
-- row: one link from a report to a child without items or to a download
-- uses: engine
-- param: from timestamptz optional - children created at or after this instant
-- param: to timestamptz optional - children created before this instant
-- param: parents uuid[] optional - only children of these reports
-- param: children uuid[] optional - only links that enter these reports
-- column: parent_report_id id - the report
-- column: child_report_id id - the report made of it
-- reads: report_lineage, report_file
-- order: none
-- cost: by time one look-up of a link for each child without items and each download, by key one look-up a report
select rl.parent_report_id, rl.child_report_id
from report_file rf
join report_lineage rl on rl.child_report_id = rf.report_id
where (:from is null or rf.created_at >= :from)
  and (:to is null or rf.created_at < :to)
  and (:parents is null or rl.parent_report_id = any (:parents))
  and (:children is null or rl.child_report_id = any (:children))
  -- Filtered files of the legacy pipeline, unreadable submissions and empty batches have no items; downloads
  -- have had no edges of their own since 2023-09-11.
  and (rf.item_count = 0 or rf.downloaded_by is not null)
