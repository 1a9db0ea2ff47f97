-- title: The action log of reports and of requests
-- row: one entry: an error, a warning, a filter's result or an information
-- uses: engine
-- param: ids uuid[] optional - entries about these reports
-- param: actions bigint[] optional - entries of these actions that are about no report
-- param: first timestamptz optional - logged at or after this instant
-- param: last timestamptz optional - logged before this instant
-- param: from timestamptz optional - where a span begins of which the entries are left out
-- param: to timestamptz optional - where that span ends
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
-- order: none
-- cost: one range of the index on report_id, or on action_id, a key
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
-- Lists that the planner does not see: it would weigh each of ten thousand keys against its statistics.
where (:ids is null or l.report_id = any (array(select unnest(:ids))))
  and (:actions is null or (l.action_id = any (array(select unnest(:actions))) and l.report_id is null))
  and (:first is null or l.created_at >= :first)
  and (:last is null or l.created_at < :last)
  and (:from is null or not (l.created_at >= :from and l.created_at < :to))
