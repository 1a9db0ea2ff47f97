-- title: Reports that item edges do not lead to
-- row: one link from a report to a child without items or to a download
-- uses: engine
-- param: parents uuid[] required - children of these reports
-- column: parent_report_id id - the report
-- column: child_report_id id - the report made of it
-- reads: report_lineage, report_file
-- order: none
-- cost: one look-up of its links a report, and one of each child
select rl.parent_report_id, rl.child_report_id
from report_lineage rl
join report_file rf on rf.report_id = rl.child_report_id
-- A list that the planner does not see: it would weigh each of ten thousand keys against its statistics, which takes longer than to look them up.
where rl.parent_report_id = any (array(select unnest(:parents)))
  and (rf.item_count = 0 or rf.downloaded_by is not null)
