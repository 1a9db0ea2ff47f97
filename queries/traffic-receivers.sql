-- title: What was sent to receivers in a time
-- row: one receiver to which a file was sent in it
-- uses: engine, adhoc
-- param: from timestamptz required - sent at or after this instant
-- param: to timestamptz required - sent before this instant
-- column: receiver text - organization and service with chr(1) between them
-- column: files number - files sent, e-mailed ones included
-- column: items number - items in them; e-mailed files have no record of their own and add none
-- column: last_at instant - when the last one was sent
-- reads: action, report_file
-- order: none
-- cost: a range scan of the index on (created_at, sending_org, action_name), in which other steps are passed over, and
--   one look-up of a report a file sent: files are few where reports are many
select
  a.receiving_org || coalesce(chr(1) || a.receiving_org_svc, '') as receiver,
  count(*) as files,
  coalesce(sum(rf.item_count), 0) as items,
  max(a.created_at) as last_at
from action a
left join report_file rf on rf.action_id = a.action_id
where a.created_at >= :from
  and a.created_at < :to
  and a.action_name = 'send'
  and a.receiving_org is not null
group by receiver
