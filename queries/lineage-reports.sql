-- title: Report rows for the lineage
-- row: one report, with what decides its kind
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
-- reads: report_file
-- order: none
-- cost: by time a range scan of the index on (created_at, sending_org), by key one look-up a report
select
  report_id,
  action_id,
  created_at,
  next_action::text,
  next_action_at,
  receiving_org || coalesce(chr(1) || receiving_org_svc, '') as receiver,
  item_count,
  item_count_before_qual_filter as item_count_before,
  (case when sending_org is null then 0 else 2 end
    + case when transport_result is null then 0 else 4 end
    + case when downloaded_by is null then 0 else 8 end) as flags
from report_file
where (:from is null or created_at >= :from)
  and (:to is null or created_at < :to)
  and (:ids is null or report_id = any (:ids))
