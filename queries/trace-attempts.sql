-- title: Attempts to send or process that left no file, for some receivers
-- row: one action: a failed attempt, a request to send again, or a send without a result
-- uses: engine
-- param: from timestamptz required - actions at or after this instant
-- param: to timestamptz required - actions before this instant
-- param: organizations text[] required - actions for receivers of these organizations, and those that name none
-- param: mailed text[] optional - also sends without a result for receivers of these organizations: e-mails
-- column: action_id id - the action
-- column: action_name text - its name, which decides what it was; its text does not
-- column: created_at instant - when
-- column: http_status number - the answer to an operator's request, or the remote server's
-- column: username text - who asked
-- column: receiver text - organization and service with chr(1) between them
-- column: action_params text - the queue message or request, which names the report
-- column: action_result text - the first part of what came of it
-- reads: action
-- order: created_at, action_id
-- cost: the index on (action_name, sending_org), or the one on created_at where the time is short; e-mails by the index on the receiver
select
  action_id,
  action_name::text,
  created_at,
  http_status,
  username,
  receiving_org || coalesce(chr(1) || receiving_org_svc, '') as receiver,
  left(action_params, 4000) as action_params,
  left(action_result, 8000) as action_result
from (
  select *
  from action
  where action_name in ('send_warning', 'send_error', 'resend', 'process_warning', 'process_error')
    and created_at >= :from
    and created_at < :to
    and (receiving_org is null or receiving_org = any (:organizations))
  union all
  select *
  from action
  where :mailed is not null
    and receiving_org = any (:mailed)
    and action_name = 'send'
    and action_result is null
    and created_at >= :from
    and created_at < :to
) attempts
order by created_at, action_id
