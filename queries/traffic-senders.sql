-- title: What senders submitted in a time
-- row: one sender with a submission in it
-- uses: engine, adhoc
-- param: from timestamptz required - submitted at or after this instant
-- param: to timestamptz required - submitted before this instant
-- column: sender text - organization and client with chr(1) between them
-- column: submissions number - reports that it submitted
-- column: items number - items in them, as counted when they were received
-- column: last_at instant - when the last one came
-- reads: report_file
-- order: none
-- cost: a range scan of the index on (created_at, sending_org), and one heap read a submission; the pipeline's own
--   reports are passed over in the index
select
  sending_org || coalesce(chr(1) || sending_org_client, '') as sender,
  count(*) as submissions,
  sum(item_count) as items,
  max(created_at) as last_at
from report_file
where created_at >= :from
  and created_at < :to
  and sending_org is not null
group by sender
