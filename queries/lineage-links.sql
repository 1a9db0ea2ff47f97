-- title: Report links that item edges do not show
-- row: one link from a report to a child without items or to a download
-- uses: engine
-- param: parents uuid[] required - only children of these reports
-- param: from timestamptz required - children created at or after this instant
-- column: parent_report_id id - the report
-- column: child_report_id id - the report made of it
-- reads: report_lineage, report_file
-- order: none
-- cost: one look-up a report, and one a child
select rl.parent_report_id, rl.child_report_id
from report_lineage rl
join report_file rf on rf.report_id = rl.child_report_id
where rl.parent_report_id = any (:parents)
  and rf.created_at >= :from
  -- Filtered files of the legacy pipeline, unreadable submissions and empty batches have no items; downloads
  -- have had no edges of their own since 2023-09-11.
  and (rf.item_count = 0 or rf.downloaded_by is not null)
