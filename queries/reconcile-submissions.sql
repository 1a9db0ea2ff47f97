-- title: Submissions of one side by number
-- row: one submission, rejected requests included, of the sender's organizations
-- uses: engine
-- param: ids bigint[] required - the actions that are looked for
-- param: organizations text[] required - the sender's organizations; submissions of others are not told
-- column: id text - the action
-- column: at instant - when it was received
-- column: party text - organization and client with chr(1) between them
-- column: state text - submitted, or refused where a request left no report
-- reads: action, report_file
-- order: none
-- cost: one look-up by key an action, and one of its reports
select
  a.action_id::text as id,
  a.created_at as at,
  coalesce(r.party, a.sending_org || coalesce(chr(1) || a.sending_org_client, '')) as party,
  case when r.party is null then 'refused' else 'submitted' end as state
from action a
left join lateral (
  select rf.sending_org, rf.sending_org || coalesce(chr(1) || rf.sending_org_client, '') as party
  from report_file rf
  where rf.action_id = a.action_id
    and rf.sending_org is not null
  limit 1
) r on true
where a.action_id = any (:ids)
  and coalesce(r.sending_org, a.sending_org) = any (:organizations)
  -- A request that only tested left nothing behind.
  and (r.party is not null or a.http_status >= 400)
