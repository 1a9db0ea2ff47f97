-- title: How many reports were made of reports
-- row: one report that has children
-- uses: engine
-- param: parents uuid[] required - these reports
-- param: most integer required - count no further than this
-- column: report_id id - the report
-- column: children number - distinct reports that were made of it, as far as was counted
-- column: counted number - links that were counted; as many as the limit when there may be more
-- reads: report_lineage
-- order: none
-- cost: one range of an index a report, and never more than the limit of it
select k.report as report_id, count(distinct l.child_report_id) as children, count(*) as counted
from unnest(:parents) as k (report)
cross join lateral (select child_report_id from report_lineage where parent_report_id = k.report limit :most) l
group by k.report
