-- title: What reports contained
-- row: one report
-- uses: engine
-- param: ids uuid[] optional - these reports
-- param: actions bigint[] optional - the reports that these actions wrote
-- column: report_id id - the report
-- column: action_id id - the action that wrote it
-- column: created_at instant - when
-- column: written_by text - the action's name
-- column: sender text - organization and client with chr(1) between them; null for what no sender submitted
-- column: receiver text - organization and service with chr(1) between them
-- column: topic text - the schema's topic
-- column: schema text - the schema's name
-- column: format text - the body's format
-- column: items number - items in it
-- column: items_before number - items before the receiver's filters, where the step wrote it
-- column: file_name text - the name outside of ReportStream
-- column: blob text - the blob's path, without storage account, container and query string
-- column: digest text - the body's SHA-256 as it is stored, in hexadecimal
-- column: next_action text - the step planned when it was written
-- reads: report_file, action
-- order: report_id
-- cost: one look-up by key a report, and one of its action
select
  rf.report_id,
  rf.action_id,
  rf.created_at,
  a.action_name::text as written_by,
  rf.sending_org || coalesce(chr(1) || rf.sending_org_client, '') as sender,
  rf.receiving_org || coalesce(chr(1) || rf.receiving_org_svc, '') as receiver,
  rf.schema_topic as topic,
  rf.schema_name as schema,
  rf.body_format as format,
  rf.item_count as items,
  rf.item_count_before_qual_filter as items_before,
  coalesce(rf.external_name, case when rf.sending_org is not null then a.external_name end) as file_name,
  regexp_replace(split_part(rf.body_url, '?', 1), '^[a-z]+://[^/]*/([^/]*/)?', '', 'i') as blob,
  encode(rf.blob_digest, 'hex') as digest,
  rf.next_action::text
from report_file rf
join action a on a.action_id = rf.action_id
where (:ids is null or rf.report_id = any (:ids))
  and (:actions is null or rf.action_id = any (:actions))
order by rf.report_id
