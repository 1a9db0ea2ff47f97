-- title: Submissions for the lineage
-- row: one report as a sender submitted it
-- uses: engine
-- param: ids uuid[] required - only these reports
-- column: report_id id - the report
-- column: sender text - organization and client with chr(1) between them
-- column: topic text - the schema's topic
-- column: format text - the body's format
-- column: file_name text - the sender's own name for the file
-- column: http_status number - the answer to the sender's request; null for what came through the submissions service
-- reads: report_file, action, report_lineage
-- order: none
-- cost: one look-up of a report, of an action and of a link each
select
  rf.report_id,
  rf.sending_org || coalesce(chr(1) || rf.sending_org_client, '') as sender,
  rf.schema_topic as topic,
  rf.body_format as format,
  coalesce(rf.external_name, a.external_name) as file_name,
  a.http_status
from report_file rf
join action a on a.action_id = rf.action_id
where rf.report_id = any (:ids)
  and rf.sending_org is not null
  -- A submission is nobody's child, whatever the action: the submissions service writes it under convert.
  and not exists (select from report_lineage rl where rl.child_report_id = rf.report_id)
