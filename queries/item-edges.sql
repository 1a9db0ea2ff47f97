-- title: Item edges of a window
-- row: one edge from an item of a parent report to an item of a child report, as often as it was written
-- uses: engine, adhoc
-- param: from timestamptz required - edges created at or after this instant
-- param: to timestamptz required - edges created before this instant
-- column: parent_report_id id - the report the item came from
-- column: parent_index number - the item's position in it, as stored
-- column: child_report_id id - the report the item went into
-- column: child_index number - the item's position in it, as stored
-- column: tracking_id text - the item's tracking id, where the step wrote one
-- column: created_at instant - when the edge was written
-- reads: item_lineage
-- order: none
-- cost: a range scan of the index on created_at; 1.8 million edges in 1 s. The index is not covering,
--   so that a window of a small part of a large table costs a heap read an edge where rows lie scattered.
select parent_report_id, parent_index, child_report_id, child_index, tracking_id, created_at
from item_lineage
where created_at >= :from
  and created_at < :to
