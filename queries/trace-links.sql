-- title: Reports made of reports
-- row: one link from a report to one that was made of it
-- uses: engine
-- param: parents uuid[] optional - links that leave these reports
-- param: children uuid[] optional - links that enter these reports
-- param: most integer required - at most this many links a report
-- column: parent_report_id id - the report
-- column: child_report_id id - the report made of it
-- reads: report_lineage
-- order: none
-- cost: one range of an index a report, and never more than the limit of it
select l.parent_report_id, l.child_report_id
from unnest(:parents) as k (report)
cross join lateral (select * from report_lineage where parent_report_id = k.report limit :most) l
union all
select l.parent_report_id, l.child_report_id
from unnest(:children) as k (report)
cross join lateral (select * from report_lineage where child_report_id = k.report limit :most) l
