-- title: Final failures and requests to send again
-- row: one action: a send that failed for good, or an operator's request to send a file again
-- uses: engine
-- param: from timestamptz required - actions at or after this instant
-- param: to timestamptz required - actions before this instant
-- column: action_id id - the action
-- column: action_name text - send_error or resend
-- column: created_at instant - when
-- column: http_status number - the answer to an operator's request, or the remote server's
-- column: username text - who asked
-- column: receiver text - organization and service with chr(1) between them
-- column: action_params text - the queue message or request, which names the report
-- column: action_result text - the first part of what came of it
-- reads: action
-- order: created_at, action_id
-- cost: the entries of these two names in the index on (action_name, sending_org), some thousands in all years, and a
--   look-up each; days of other actions are passed over
select
  action_id,
  action_name::text,
  created_at,
  http_status,
  username,
  receiving_org || coalesce(chr(1) || receiving_org_svc, '') as receiver,
  left(action_params, 4000) as action_params,
  left(action_result, 8000) as action_result
from action
where action_name in ('send_error', 'resend')
  and created_at >= :from
  and created_at < :to
order by created_at, action_id
