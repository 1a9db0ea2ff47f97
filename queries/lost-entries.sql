-- title: Actions with log entries that lost their report
-- row: one report that such an action wrote: the first by its id, and what a sender submitted
-- uses: engine
-- param: from timestamptz required - logged, and the report written, at or after this instant
-- param: to timestamptz required - logged, and the report written, before this instant
-- column: action_id id - the action
-- column: first_at instant - when the first of these entries was logged
-- column: last_at instant - when the last one was
-- column: report_id id - a report that the action wrote
-- reads: action_log, report_file
-- order: action_id, report_id
-- cost: a range scan of the index on created_at, and two look-ups of reports an action with such entries
select l.action_id, l.first_at, l.last_at, rf.report_id
from (
  select action_id, min(created_at) as first_at, max(created_at) as last_at
  from action_log
  where created_at >= :from
    and created_at < :to
    and report_id is null
    -- Of what is only informed about, rejected requests alone count, and they wrote no report.
    and type <> 'info'
  group by action_id
) l
join report_file rf on rf.action_id = l.action_id
where rf.created_at >= :from
  and rf.created_at < :to
  and (
    rf.sending_org is not null
    or rf.report_id = (select f.report_id from report_file f where f.action_id = l.action_id order by f.report_id limit 1)
  )
order by l.action_id, rf.report_id
