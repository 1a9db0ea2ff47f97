-- title: The action log
-- row: one entry: an error, a warning, a filter's result or an information
-- uses: engine
-- param: from timestamptz required - logged at or after this instant
-- param: to timestamptz required - logged before this instant
-- column: action_log_id id - the entry
-- column: action_id id - the action that logged it
-- column: report_id id - the report that it is about; null for rejected requests
-- column: index number - the item's position in the report, as stored
-- column: tracking_id text - the sender's id of the item, as the step spelled it
-- column: type text - error, warning, filter or info
-- column: scope text - report, item, parameter, translation or internal
-- column: detail json - what is said, as one of many classes
-- column: logged_at instant - by the clock of the step
-- column: action text - the step
-- reads: action_log, action
-- order: logged_at, action_log_id
-- cost: a range scan of the index on created_at, and one look-up of an action an entry
select
  l.action_log_id,
  l.action_id,
  l.report_id,
  l.index,
  l.tracking_id,
  l.type::text,
  l.scope::text,
  l.detail::text,
  l.created_at as logged_at,
  a.action_name::text as action
from action_log l
join action a on a.action_id = l.action_id
where l.created_at >= :from
  and l.created_at < :to
order by l.created_at, l.action_log_id
