-- title: Actions by number
-- row: one action
-- uses: engine
-- param: ids bigint[] required - these actions
-- column: action_id id - the action
-- column: action_name text - the step
-- column: created_at instant - when
-- column: sender text - organization and client with chr(1) between them
-- column: file_name text - the sender's own name for the file
-- column: http_status number - the answer
-- column: action_params text - the beginning of the queue message or request, which names the report
-- column: action_result text - the beginning of what came of it
-- reads: action
-- order: action_id
-- cost: one look-up by key an action
select
  action_id,
  action_name::text,
  created_at,
  sending_org || coalesce(chr(1) || sending_org_client, '') as sender,
  external_name as file_name,
  http_status,
  left(action_params, 4000) as action_params,
  left(action_result, 4000) as action_result
from action
where action_id = any (:ids)
order by action_id
