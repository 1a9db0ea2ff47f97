-- title: Reports whose items and item edges disagree
-- row: one report that sums its incoming edges up differently than its row does
-- uses: engine, adhoc
-- param: from timestamptz required - reports written at or after this instant
-- param: to timestamptz required - reports written before this instant
-- param: edges_to timestamptz required - edges written before this instant: downloads write them again for weeks
-- column: report_id id - the report
-- column: item_count number - items by its row
-- column: most number - the highest position that it can have
-- column: edge_rows number - edges as often as they were written
-- column: edges number - distinct edges
-- column: positions number - distinct positions that edges enter
-- column: origins number - distinct items that edges come from
-- column: lowest number - the lowest position; null without edges
-- column: highest number - the highest
-- column: downloads number - times it was fetched; each writes its edges once more since 2023-09-11
-- column: created_at instant - when it was written
-- reads: report_file, item_lineage, report_lineage
-- order: created_at, report_id
-- cost: one pass over the window's reports and their edges, which are sorted by report
select *
from (
  select
    rf.report_id,
    rf.item_count,
    greatest(rf.item_count, rf.item_count_before_qual_filter, 0) as most,
    coalesce(e.edge_rows, 0) as edge_rows,
    coalesce(e.edges, 0) as edges,
    coalesce(e.positions, 0) as positions,
    coalesce(e.origins, 0) as origins,
    e.lowest,
    e.highest,
    case when coalesce(e.edge_rows, 0) = coalesce(e.edges, 0) then 0 else (
      select count(*)
      from report_lineage rl
      join report_file copy on copy.report_id = rl.child_report_id
      where rl.parent_report_id = rf.report_id and copy.downloaded_by is not null
    ) end as downloads,
    rf.created_at
  from report_file rf
  left join (
    select
      child_report_id,
      sum(copies) as edge_rows,
      count(*) as edges,
      count(distinct child_index) as positions,
      count(distinct (parent_report_id, parent_index)) as origins,
      min(child_index) as lowest,
      max(child_index) as highest
    from (
      select e.child_report_id, e.child_index, e.parent_report_id, e.parent_index, count(*) as copies
      from report_file child
      join item_lineage e on e.child_report_id = child.report_id
      where child.created_at >= :from
        and child.created_at < :to
        and e.created_at >= :from
        and e.created_at < :edges_to
      group by e.child_report_id, e.child_index, e.parent_report_id, e.parent_index
    ) folded
    group by child_report_id
  ) e on e.child_report_id = rf.report_id
  where rf.created_at >= :from
    and rf.created_at < :to
    and rf.sending_org is null
    -- A download has had no edges of its own since 2023-09-11.
    and rf.downloaded_by is null
) summed
where edge_rows <> edges
  or edges <> positions
  or (item_count > 0 and positions <> item_count)
  or highest > most
  or lowest < (case when created_at < '2022-02-18 00:00+00' then 0 else 1 end)
order by created_at, report_id
