-- title: What items were made of
-- row: one edge into one of the items asked for
-- uses: engine
-- param: reports uuid[] required - the items' reports
-- param: indexes integer[] required - the items' positions there, as stored; one for each report
-- column: parent_report_id id - the report the item came from
-- column: parent_index number - the item's position in it, as stored
-- column: child_report_id id - the report the item went into
-- column: child_index number - the item's position in it, as stored
-- column: tracking_id text - the sender's id of the item; legacy pipeline only
-- reads: item_lineage
-- order: none
-- cost: one look-up an item in the index on (child_report_id, child_index)
select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
from unnest(:reports, :indexes) as k (report, index)
join item_lineage e on e.child_report_id = k.report and e.child_index = k.index
