-- title: Reports that are to be worked on, and that nothing works on
-- row: one step that such reports wait for
-- uses: engine, adhoc
-- param: from timestamptz required - written at or after this instant
-- param: to timestamptz required - written before this instant
-- column: step text - the step that was to come next
-- column: reports number - reports without a task and without a child
-- column: oldest_at instant - when the oldest of them was written
-- reads: report_file, task, report_lineage
-- order: step
-- cost: a range scan of the index on (created_at, sending_org) of report_file, and two look-ups by key a report
select rf.next_action as step, count(*) as reports, min(rf.created_at) as oldest_at
from report_file rf
where rf.created_at >= :from
  and rf.created_at < :to
  and rf.next_action <> 'none'
  and not exists (select from task t where t.report_id = rf.report_id)
  and not exists (select from report_lineage rl where rl.parent_report_id = rf.report_id)
group by rf.next_action
order by step
