-- title: Item edges for the lineage
-- row: one edge from an item of a parent report to an item of a child report, as often as it was written
-- uses: engine
-- param: from timestamptz optional - edges created at or after this instant
-- param: to timestamptz optional - edges created before this instant
-- param: parents uuid[] optional - only edges that leave these reports
-- param: children uuid[] optional - only edges that enter these reports
-- column: parent_report_id id - the report the item came from
-- column: parent_index number - the item's position in it, as stored
-- column: child_report_id id - the report the item went into
-- column: child_index number - the item's position in it, as stored
-- column: tracking_id text - the sender's id of the item; legacy pipeline only
-- reads: item_lineage
-- order: none
-- cost: by time a range scan of the index on created_at, by key one look-up a report
select parent_report_id, parent_index, child_report_id, child_index, tracking_id
from item_lineage
where (:from is null or created_at >= :from)
  and (:to is null or created_at < :to)
  -- Lists that the planner does not see: it would weigh each of ten thousand keys against its statistics.
  and (:parents is null or parent_report_id = any (array(select unnest(:parents))))
  and (:children is null or child_report_id = any (array(select unnest(:children))))
