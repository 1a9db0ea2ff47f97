-- title: Where a sender's ids of items occur
-- row: one place of one id: an item of a report, or an action that left no report
-- uses: engine
-- param: ids text[] required - tracking ids and message ids
-- param: most integer required - at most this many rows an id and table
-- column: id text - the id
-- column: source text - the table: item_lineage, action_log, covid_result_metadata or elr_result_metadata
-- column: report_id id - the report; null for a rejected request
-- column: index number - the item's position there, as stored
-- column: action_id id - the action, where the report is null
-- reads: item_lineage, action_log, covid_result_metadata, elr_result_metadata
-- order: id, source, report_id, index
-- cost: one range of an index an id and table, and never more than the limit of it
select k.id, 'item_lineage' as source, e.parent_report_id as report_id, e.parent_index as index, null::bigint as action_id
from unnest(:ids) as k (id)
cross join lateral (select * from item_lineage where tracking_id = k.id limit :most) e
union
select k.id, 'action_log', l.report_id, l.index, case when l.report_id is null then l.action_id end
from unnest(:ids) as k (id)
cross join lateral (select * from action_log where tracking_id = k.id limit :most) l
union
select k.id, 'covid_result_metadata', m.report_id, m.report_index, null
from unnest(:ids) as k (id)
cross join lateral (select * from covid_result_metadata where message_id = k.id limit :most) m
union
select k.id, 'elr_result_metadata', m.report_id, m.report_index, null
from unnest(:ids) as k (id)
cross join lateral (select * from elr_result_metadata where message_id = k.id limit :most) m
order by id, source, report_id, index
