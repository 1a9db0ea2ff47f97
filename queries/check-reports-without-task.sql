-- title: Reports that wait for a step without a task
-- row: one report of which nothing was made, and which nothing will take up
-- uses: engine, adhoc
-- param: from timestamptz required - written at or after this instant
-- param: to timestamptz required - written before this instant
-- column: report_id id - the report
-- column: next_action text - the step that was planned
-- column: created_at instant - when it was written
-- reads: report_file, task, report_lineage
-- order: created_at, report_id
-- cost: a range scan of the index on (created_at, sending_org), and two look-ups by key a report
select rf.report_id, rf.next_action::text, rf.created_at
from report_file rf
where rf.created_at >= :from
  and rf.created_at < :to
  and rf.next_action <> 'none'
  and not exists (select from task t where t.report_id = rf.report_id)
  and not exists (select from report_lineage rl where rl.parent_report_id = rf.report_id)
order by rf.created_at, rf.report_id
