-- title: Requests that were answered with an error
-- row: one request to submit a report that left no report
-- uses: engine, adhoc
-- param: from timestamptz required - requests at or after this instant
-- param: to timestamptz required - requests before this instant
-- column: submission_id id - the action
-- column: submitted_at instant - when
-- column: sender text - organization and client with chr(1) between them; null when the sender is not known
-- column: file_name text - the sender's own name for the file
-- column: http_status number - the answer
-- reads: action, report_file
-- order: submitted_at, submission_id
-- cost: a range scan of the index on (created_at, sending_org, action_name), one look-up of a report a row
select
  a.action_id as submission_id,
  a.created_at as submitted_at,
  a.sending_org || coalesce(chr(1) || a.sending_org_client, '') as sender,
  a.external_name as file_name,
  a.http_status
from action a
where a.created_at >= :from
  and a.created_at < :to
  and a.action_name = 'receive'
  and a.http_status between 400 and 599
  and not exists (select from report_file rf where rf.action_id = a.action_id)
order by submitted_at, submission_id
