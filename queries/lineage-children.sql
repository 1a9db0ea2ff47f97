-- title: Reports made of reports, for the lineage
-- row: one link from one of the reports to a report that was made of it
-- uses: engine
-- param: parents uuid[] required - the reports
-- column: parent_report_id id - the report
-- column: child_report_id id - the report made of it
-- reads: report_lineage
-- order: none
-- cost: one look-up a report. Whoever calls has read most of the children's rows, and asks for the others by key.
select parent_report_id, child_report_id
from report_lineage
-- A list that the planner does not see: it would weigh each of ten thousand keys against its statistics.
where parent_report_id = any (array(select unnest(:parents)))
