-- title: Submissions of a window
-- row: one report as received; rejected requests, which left no report, are not here
-- param: from timestamptz required - received at or after this instant
-- param: to timestamptz required - received before this instant
-- param: organization text optional - only this sender's organization
-- column: submission_id id - the action that wrote the report
-- column: report_id id - the report
-- column: submitted_at instant - when it was received
-- column: action text - receive, or convert for what came through the submissions service
-- column: sending_org text - the sender's organization
-- column: sender text - organization.client
-- column: topic text - the schema's topic
-- column: file_name text - the name the sender gave, where there is one
-- column: format text - the body's format
-- column: items number - items in the report, as counted when it was received
-- column: http_status number - what the sender was answered; empty where no request was made
-- organization: sending_org
-- reads: report_file, action, report_lineage
-- order: submitted_at, report_id
-- cost: a range scan of the index on (created_at, sending_org) of report_file, then one look-up by key a report
select
  rf.action_id as submission_id,
  rf.report_id,
  rf.created_at as submitted_at,
  a.action_name as action,
  rf.sending_org,
  rf.sending_org || coalesce('.' || rf.sending_org_client, '') as sender,
  rf.schema_topic as topic,
  coalesce(rf.external_name, a.external_name) as file_name,
  rf.body_format as format,
  rf.item_count as items,
  a.http_status
from report_file rf
join action a on a.action_id = rf.action_id
where rf.created_at >= :from
  and rf.created_at < :to
  and rf.sending_org is not null
  and (:organization is null or rf.sending_org = :organization)
  -- A root is nobody's child, whatever the action is that wrote it: the submissions service writes roots under convert.
  and not exists (select from report_lineage rl where rl.child_report_id = rf.report_id)
order by submitted_at, rf.report_id
