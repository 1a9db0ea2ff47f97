-- title: Reports of one side by id
-- row: one report of a sender's or a receiver's organizations
-- uses: engine
-- param: ids uuid[] required - the reports that are looked for
-- param: side text required - sender or receiver: whose reports are told
-- param: organizations text[] required - the organizations on that side; reports of others are not told
-- column: id text - the report
-- column: at instant - when it was written
-- column: party text - organization and client or service with chr(1) between them
-- column: state text - submitted, sent, fetched, ready (to be sent) or step (an earlier one)
-- reads: report_file
-- order: none
-- cost: one look-up by key a report
select
  rf.report_id::text as id,
  rf.created_at as at,
  case when :side = 'sender' then rf.sending_org || coalesce(chr(1) || rf.sending_org_client, '')
    else rf.receiving_org || coalesce(chr(1) || rf.receiving_org_svc, '') end as party,
  case
    when :side = 'sender' then 'submitted'
    when rf.downloaded_by is not null then 'fetched'
    when rf.next_action is null and rf.transport_result is not null then 'sent'
    when rf.next_action = 'send' then 'ready'
    else 'step'
  end as state
from report_file rf
where rf.report_id = any (:ids)
  and case when :side = 'sender' then rf.sending_org else rf.receiving_org end = any (:organizations)
