-- title: Report rows for the lineage
-- row: one report, with what decides its kind, and of a file that was sent or fetched what is printed of it
-- uses: engine
-- param: from timestamptz optional - reports created at or after this instant
-- param: to timestamptz optional - reports created before this instant
-- param: ids uuid[] optional - only these reports
-- column: report_id id - the report
-- column: action_id id - the action that wrote it
-- column: created_at instant - when
-- column: next_action text - the step planned when it was written
-- column: next_action_at instant - when that step was due
-- column: receiver text - organization and service with chr(1) between them
-- column: item_count number - items in it
-- column: item_count_before number - items before the receiver's filters, where the step wrote it
-- column: flags number - 2 submitted by a sender, 4 has a transport result, 8 downloaded
-- column: written_by text - the name of the action that wrote it, where nothing more was planned
-- column: file_name text - of what was sent or fetched: the name outside of ReportStream
-- column: transport_params text - the beginning of the transport setting as it was printed: its type
-- column: transport_result text - the beginning of the transport's result: its wording
-- column: format text - of what was sent or fetched: the body's format
-- column: topic text - of what was sent or fetched: the schema's topic
-- reads: report_file, action
-- order: none
-- cost: by time one range scan of the index on (created_at, sending_org), by key one look-up a report; and one look-up of
--   an action for each report that is finished
select
  rf.report_id,
  rf.action_id,
  rf.created_at,
  rf.next_action,
  rf.next_action_at,
  rf.receiving_org || coalesce(chr(1) || rf.receiving_org_svc, '') as receiver,
  rf.item_count,
  rf.item_count_before_qual_filter as item_count_before,
  (case when rf.sending_org is null then 0 else 2 end
    + case when rf.transport_result is null then 0 else 4 end
    + case when rf.downloaded_by is null then 0 else 8 end) as flags,
  -- Not a join: one in ten reports is finished, and to join them the planner reads every action there is.
  case when rf.next_action is null or rf.next_action = 'none' then
    (select a.action_name from action a where a.action_id = rf.action_id)
  end as written_by,
  case when rf.transport_result is not null then rf.external_name end as file_name,
  case when rf.transport_result is not null then left(rf.transport_params, 40) end as transport_params,
  left(rf.transport_result, 120) as transport_result,
  case when rf.transport_result is not null then rf.body_format end as format,
  case when rf.transport_result is not null then rf.schema_topic end as topic
from report_file rf
where (:from is null or rf.created_at >= :from)
  and (:to is null or rf.created_at < :to)
  and (:ids is null or rf.report_id = any (:ids))
