-- title: When a file was last sent to receivers
-- row: one receiver to which a file was ever sent
-- uses: engine
-- param: receivers text[] required - organization and service with chr(1) between them
-- param: to timestamptz required - sent before this instant
-- column: receiver text - organization and service with chr(1) between them
-- column: last_sent_at instant - when a file was handed over last; e-mailed ones included
-- reads: action
-- order: none
-- cost: the receivers' own sends through the index on (receiving_org, receiving_org_svc, action_name): some thousands a
--   year each, half a million for one that gets a file a minute
select a.receiving_org || chr(1) || a.receiving_org_svc as receiver, max(a.created_at) as last_sent_at
from unnest(:receivers) as r(key)
join action a
  on a.receiving_org = split_part(r.key, chr(1), 1)
  and a.receiving_org_svc = split_part(r.key, chr(1), 2)
where a.action_name = 'send'
  and a.created_at < :to
group by a.receiving_org, a.receiving_org_svc
