-- title: Items of one side by the sender's id of them
-- row: one place of one id: a submission of the sender's organizations, or a report of the receiver's
-- uses: engine
-- param: ids text[] required - tracking ids and message ids
-- param: side text required - sender or receiver: whose items are told
-- param: organizations text[] required - the organizations on that side; items of others are not told
-- param: most integer required - at most this many rows an id and table
-- column: id text - the id
-- column: at instant - when the item was submitted, or the receiver's report written
-- column: party text - organization and client or service with chr(1) between them
-- column: state text - submitted or refused; sent, fetched, ready (to be sent) or step (an earlier one)
-- reads: item_lineage, report_file, action_log, action, covid_result_metadata, elr_result_metadata
-- order: none
-- cost: one range of an index an id and table, and a look-up of a report a row
select k.id, m.at, m.party, 'submitted' as state
from unnest(:ids) as k (id)
cross join lateral (
  select rf.created_at as at, rf.sending_org || coalesce(chr(1) || rf.sending_org_client, '') as party
  from item_lineage e
  join report_file rf on rf.report_id = e.parent_report_id
  where e.tracking_id = k.id
    and :side = 'sender'
    and rf.sending_org = any (:organizations)
  limit :most
) m
union
select k.id, m.at, m.party, m.state
from unnest(:ids) as k (id)
cross join lateral (
  select
    coalesce(rf.created_at, a.created_at) as at,
    coalesce(rf.sending_org || coalesce(chr(1) || rf.sending_org_client, ''), a.sending_org || coalesce(chr(1) || a.sending_org_client, '')) as party,
    case when rf.report_id is null then 'refused' else 'submitted' end as state
  from action_log l
  join action a on a.action_id = l.action_id
  left join report_file rf on rf.report_id = l.report_id
  where l.tracking_id = k.id
    and :side = 'sender'
    -- An entry about a later step's report has no sender; its action neither.
    and case when rf.report_id is null then a.sending_org else rf.sending_org end = any (:organizations)
  limit :most
) m
union
select k.id, m.at, m.party, 'submitted'
from unnest(:ids) as k (id)
cross join lateral (
  select rf.created_at as at, rf.sending_org || coalesce(chr(1) || rf.sending_org_client, '') as party
  from covid_result_metadata c
  join report_file rf on rf.report_id = c.report_id
  where c.message_id = k.id
    and :side = 'sender'
    and rf.sending_org = any (:organizations)
  limit :most
) m
union
select k.id, m.at, m.party, 'submitted'
from unnest(:ids) as k (id)
cross join lateral (
  select rf.created_at as at, rf.sending_org || coalesce(chr(1) || rf.sending_org_client, '') as party
  from elr_result_metadata c
  join report_file rf on rf.report_id = c.report_id
  where c.message_id = k.id
    and :side = 'sender'
    and rf.sending_org = any (:organizations)
  limit :most
) m
union
select k.id, m.at, m.party, m.state
from unnest(:ids) as k (id)
cross join lateral (
  select
    rf.created_at as at,
    rf.receiving_org || coalesce(chr(1) || rf.receiving_org_svc, '') as party,
    case
      when rf.downloaded_by is not null then 'fetched'
      when rf.next_action is null and rf.transport_result is not null then 'sent'
      when rf.next_action = 'send' then 'ready'
      else 'step'
    end as state
  from item_lineage e
  join report_file rf on rf.report_id = e.child_report_id
  where e.tracking_id = k.id
    and :side = 'receiver'
    and rf.receiving_org = any (:organizations)
  limit :most
) m
