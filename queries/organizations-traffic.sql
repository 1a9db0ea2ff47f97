-- title: Submissions and files of organizations, one by one
-- row: one submission, or one file that was sent
-- uses: engine
-- param: from timestamptz required - at or after this instant
-- param: to timestamptz required - before this instant
-- param: organizations text[] required - the organizations that sent or received
-- column: type text - sender or receiver: whose traffic it is
-- column: party text - organization and client or service with chr(1) between them
-- column: at instant - when it was submitted or sent
-- column: items number - items in it; none are known for an e-mailed file
-- reads: report_file, action
-- order: none
-- cost: range scans of the indexes on (created_at, sending_org) and (receiving_org, receiving_org_svc, action_name), and a
--   look-up of a report a file
select
  'sender' as type,
  rf.sending_org || coalesce(chr(1) || rf.sending_org_client, '') as party,
  rf.created_at as at,
  rf.item_count as items
from report_file rf
where rf.created_at >= :from
  and rf.created_at < :to
  and rf.sending_org = any(:organizations)
union all
select
  'receiver',
  a.receiving_org || coalesce(chr(1) || a.receiving_org_svc, ''),
  a.created_at,
  coalesce(rf.item_count, 0)
from action a
left join report_file rf on rf.action_id = a.action_id
where a.receiving_org = any(:organizations)
  and a.created_at >= :from
  and a.created_at < :to
  and a.action_name = 'send'
