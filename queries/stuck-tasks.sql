-- title: Work in the queue by when it was due
-- row: one step, one receiver where the step is about one, and one minute in which work was due
-- uses: engine, adhoc
-- column: step text - the step that comes next; what has failed for good is left out
-- column: receiver text - whom a batch or a file to send is for, as the queue names it; empty before
-- column: due_at instant - the earliest in that minute: for batch the time planned, for send the time planned or else when it
--   was batched, for others when the task was written or planned for; null for a batch that has no time
-- column: tasks number - reports that wait
-- column: items number - items in them
-- reads: task
-- order: step, receiver, due_at
-- cost: the entries of these steps in the index on next_action: only what is in the queue, some thousands, more in an outage
with queue as (
  select
    t.next_action::text as step,
    case when t.next_action in ('batch', 'send') then coalesce(t.receiver_name, '') else '' end as receiver,
    case t.next_action
      when 'batch' then t.next_action_at
      when 'send' then coalesce(t.next_action_at, t.batched_at, t.created_at)
      else greatest(t.created_at, t.next_action_at)
    end as due_at,
    t.item_count
  from task t
  where t.next_action in (
    'receive', 'process', 'convert', 'route', 'destination-filter', 'receiver-enrichment', 'receiver-filter',
    'translate', 'batch', 'send'
  )
)
select step, receiver, min(due_at) as due_at, count(*) as tasks, coalesce(sum(item_count), 0) as items
from queue
group by step, receiver, date_trunc('minute', due_at)
order by step, receiver, due_at
