-- title: File names of one side
-- row: one file with a name: submitted, or sent to a receiver
-- uses: engine
-- param: from timestamptz required - written at or after this instant
-- param: side text required - sender or receiver: whose files are told
-- param: organizations text[] required - the organizations on that side; files of others are not told
-- column: id text - the name
-- column: at instant - when it was submitted, or written
-- column: party text - organization and client or service with chr(1) between them
-- column: state text - submitted or refused; sent, fetched, ready (to be sent) or step (an earlier one)
-- reads: report_file, action
-- order: none
-- cost: names have no index: a range scan of the indexes on created_at since the instant, of which the side's rows are told
select
  coalesce(rf.external_name, a.external_name) as id,
  rf.created_at as at,
  rf.sending_org || coalesce(chr(1) || rf.sending_org_client, '') as party,
  'submitted' as state
from report_file rf
join action a on a.action_id = rf.action_id
where :side = 'sender'
  and rf.created_at >= :from
  and rf.sending_org = any (:organizations)
  and coalesce(rf.external_name, a.external_name) is not null
union all
select a.external_name, a.created_at, a.sending_org || coalesce(chr(1) || a.sending_org_client, ''), 'refused'
from action a
where :side = 'sender'
  and a.created_at >= :from
  and a.sending_org = any (:organizations)
  and a.action_name = 'receive'
  and a.http_status between 400 and 599
  and a.external_name is not null
  and not exists (select from report_file rf where rf.action_id = a.action_id)
union all
select
  rf.external_name,
  rf.created_at,
  rf.receiving_org || coalesce(chr(1) || rf.receiving_org_svc, ''),
  case
    when rf.downloaded_by is not null then 'fetched'
    when rf.next_action is null and rf.transport_result is not null then 'sent'
    when rf.next_action = 'send' then 'ready'
    else 'step'
  end
from report_file rf
where :side = 'receiver'
  and rf.created_at >= :from
  and rf.receiving_org = any (:organizations)
  and rf.external_name is not null
