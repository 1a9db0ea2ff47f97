-- title: Report links into reports
-- row: one link into one of the reports
-- uses: engine
-- param: children uuid[] required - the reports
-- column: parent_report_id id - what the report was made of
-- column: child_report_id id - the report
-- reads: report_lineage
-- order: none
-- cost: one look-up a report. Nothing of report_file is asked: whoever calls has read those rows, and with a join the
--   planner reads that whole table for some thousand keys.
select parent_report_id, child_report_id
from report_lineage
where child_report_id = any (:children)
