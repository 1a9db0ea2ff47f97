-- title: Files that wait to be sent
-- row: one receiver with a file that waits
-- uses: engine
-- column: receiver text - the receiver's full name, with a dot
-- column: files number - files that wait to be sent, or to be sent again
-- column: items number - items in them
-- reads: task
-- order: none
-- cost: a range of the index on next_action: only what is in the queue
select t.receiver_name as receiver, count(*) as files, coalesce(sum(t.item_count), 0) as items
from task t
where t.next_action = 'send'
group by t.receiver_name
