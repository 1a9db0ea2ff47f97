-- title: Work in the queue
-- row: one step that work waits for
-- uses: engine, adhoc
-- column: step text - the step that comes next
-- column: tasks number - reports that wait for it
-- column: items number - items in them
-- column: oldest_at instant - when the one that has waited longest was created
-- column: without_report number - tasks whose report was never recorded: what a crash left
-- reads: task, report_file
-- order: step
-- cost: the part of the index on next_action that is not done, and a look-up by key a task
select
  t.next_action as step,
  count(*) as tasks,
  coalesce(sum(t.item_count), 0) as items,
  min(t.created_at) as oldest_at,
  count(*) filter (where rf.report_id is null) as without_report
from task t
left join report_file rf on rf.report_id = t.report_id
-- An inequality uses no index; two ranges do.
where t.next_action < 'none' or t.next_action > 'none'
group by t.next_action
order by step
