-- title: Requests that only tested
-- row: one request to submit that was answered with 200 and left no report: it tested the connection or the payload
-- uses: engine, adhoc
-- param: from timestamptz required - requests at or after this instant
-- param: to timestamptz required - requests before this instant
-- column: action_id id - the action
-- column: requested_at instant - when
-- column: sender text - organization and client with chr(1) between them; null when the sender is not known
-- reads: action, report_file
-- order: requested_at, action_id
-- cost: a range scan of the index on (created_at, sending_org, action_name), one look-up of a report a row
select
  a.action_id,
  a.created_at as requested_at,
  a.sending_org || coalesce(chr(1) || a.sending_org_client, '') as sender
from action a
where a.created_at >= :from
  and a.created_at < :to
  and a.action_name = 'receive'
  and a.http_status between 200 and 299
  and not exists (select from report_file rf where rf.action_id = a.action_id)
order by requested_at, action_id
