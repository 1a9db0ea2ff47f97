-- title: What items were made of
-- row: one edge that enters one of the items asked for, or an item that they were made of
-- uses: engine
-- param: reports uuid[] required - the items' reports
-- param: indexes integer[] required - the items' positions there, as stored; one for each report
-- param: most integer required - a generation with more edges than this is the last one
-- column: parent_report_id id - the report the item came from
-- column: parent_index number - the item's position in it, as stored
-- column: child_report_id id - the report the item went into
-- column: child_index number - the item's position in it, as stored
-- column: tracking_id text - the sender's id of the item; legacy pipeline only
-- column: generation number - 1 for edges of the items asked for, 2 for edges of what these lead to, up to 8
-- reads: item_lineage
-- order: none
-- cost: one look-up an item and generation in the index on (child_report_id, child_index)
with
-- Several generations a statement, since a round trip costs more than the look-ups of a few items. The offsets make each item a look-up
-- of its own, however many the planner expects.
g1 as materialized (
  select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
  from unnest(:reports, :indexes) as k (report, index)
  cross join lateral (
    select * from item_lineage where child_report_id = k.report and child_index = k.index offset 0
  ) e
),
g2 as materialized (
  select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
  from (select distinct parent_report_id as report, parent_index as index from g1) k
  cross join lateral (
    select * from item_lineage where child_report_id = k.report and child_index = k.index offset 0
  ) e
  where (select count(*) from g1) <= :most
),
g3 as materialized (
  select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
  from (select distinct parent_report_id as report, parent_index as index from g2) k
  cross join lateral (
    select * from item_lineage where child_report_id = k.report and child_index = k.index offset 0
  ) e
  where (select count(*) from g2) <= :most
),
g4 as materialized (
  select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
  from (select distinct parent_report_id as report, parent_index as index from g3) k
  cross join lateral (
    select * from item_lineage where child_report_id = k.report and child_index = k.index offset 0
  ) e
  where (select count(*) from g3) <= :most
),
g5 as materialized (
  select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
  from (select distinct parent_report_id as report, parent_index as index from g4) k
  cross join lateral (
    select * from item_lineage where child_report_id = k.report and child_index = k.index offset 0
  ) e
  where (select count(*) from g4) <= :most
),
g6 as materialized (
  select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
  from (select distinct parent_report_id as report, parent_index as index from g5) k
  cross join lateral (
    select * from item_lineage where child_report_id = k.report and child_index = k.index offset 0
  ) e
  where (select count(*) from g5) <= :most
),
g7 as materialized (
  select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
  from (select distinct parent_report_id as report, parent_index as index from g6) k
  cross join lateral (
    select * from item_lineage where child_report_id = k.report and child_index = k.index offset 0
  ) e
  where (select count(*) from g6) <= :most
),
g8 as materialized (
  select e.parent_report_id, e.parent_index, e.child_report_id, e.child_index, e.tracking_id
  from (select distinct parent_report_id as report, parent_index as index from g7) k
  cross join lateral (
    select * from item_lineage where child_report_id = k.report and child_index = k.index offset 0
  ) e
  where (select count(*) from g7) <= :most
)
select *, 1 as generation from g1
union all
select *, 2 from g2
union all
select *, 3 from g3
union all
select *, 4 from g4
union all
select *, 5 from g5
union all
select *, 6 from g6
union all
select *, 7 from g7
union all
select *, 8 from g8
