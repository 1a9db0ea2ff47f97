-- title: All items of reports, and what they became or were made of
-- row: one edge that leaves, or enters, one of the reports
-- uses: engine
-- param: parents uuid[] optional - edges that leave these reports
-- param: children uuid[] optional - edges that enter these reports
-- param: most integer required - at most this many edges a report, the lowest positions first
-- column: parent_report_id id - the report the item came from
-- column: parent_index number - the item's position in it, as stored
-- column: child_report_id id - the report the item went into
-- column: child_index number - the item's position in it, as stored
-- column: tracking_id text - the sender's id of the item; legacy pipeline only
-- reads: item_lineage
-- order: none
-- cost: one range of an index a report, and never more than the limit of it
select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
from unnest(:parents) as k (report)
cross join lateral (
  select * from item_lineage where parent_report_id = k.report order by parent_report_id, parent_index limit :most
) e
union all
select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
from unnest(:children) as k (report)
cross join lateral (
  select * from item_lineage where child_report_id = k.report order by child_report_id, child_index limit :most
) e
