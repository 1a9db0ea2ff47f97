-- title: Finished reports and the steps that wrote them
-- row: one report for which nothing more was planned: sent, downloaded, filtered, unrouted, rejected, or a legacy submission
-- uses: engine
-- param: from timestamptz optional - reports created at or after this instant
-- param: to timestamptz optional - reports created before this instant
-- param: ids uuid[] optional - only these reports
-- column: report_id id - the report
-- column: written_by text - the name of the action that wrote it
-- column: file_name text - the name outside of ReportStream
-- column: transport_params text - the beginning of the transport setting as it was printed: its type
-- column: transport_result text - the beginning of the transport's result: its wording
-- column: format text - the body's format
-- column: topic text - the schema's topic
-- reads: report_file, action
-- order: none
-- cost: as for the reports of the time, and one look-up of an action for each finished one
select
  rf.report_id,
  a.action_name::text as written_by,
  rf.external_name as file_name,
  left(rf.transport_params, 40) as transport_params,
  left(rf.transport_result, 120) as transport_result,
  rf.body_format as format,
  rf.schema_topic as topic
from report_file rf
join action a on a.action_id = rf.action_id
where (:from is null or rf.created_at >= :from)
  and (:to is null or rf.created_at < :to)
  and (:ids is null or rf.report_id = any (:ids))
  and (rf.next_action is null or rf.next_action = 'none')
