-- title: Tasks whose report was never recorded
-- row: one task
-- uses: engine, adhoc
-- param: from timestamptz required - made at or after this instant
-- param: to timestamptz required - made before this instant
-- column: report_id id - the report that there is not
-- column: next_action text - the step it waits for
-- column: created_at instant - when it was made
-- reads: task, report_file
-- order: created_at, report_id
-- cost: a scan of the tasks, which have no index on time, and one look-up of a report each of the window
select t.report_id, t.next_action::text, t.created_at
from task t
where t.created_at >= :from
  and t.created_at < :to
  and not exists (select from report_file rf where rf.report_id = t.report_id)
order by t.created_at, t.report_id
