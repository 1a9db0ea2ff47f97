-- title: Reports that nobody submitted and nothing was made into
-- row: one report without a sender and without a parent
-- uses: engine, adhoc
-- param: from timestamptz required - written at or after this instant
-- param: to timestamptz required - written before this instant
-- column: report_id id - the report
-- column: next_action text - the step that was planned
-- column: created_at instant - when it was written
-- reads: report_file, report_lineage, item_lineage
-- order: created_at, report_id
-- cost: a range scan of the index on (created_at, sending_org), and two look-ups by key a report
select rf.report_id, rf.next_action::text, rf.created_at
from report_file rf
where rf.created_at >= :from
  and rf.created_at < :to
  and rf.sending_org is null
  and not exists (select from report_lineage rl where rl.child_report_id = rf.report_id)
  and not exists (select from item_lineage il where il.child_report_id = rf.report_id)
  -- An empty batch is made of nothing: a sign of life for a receiver that wants one.
  and not (rf.next_action = 'send' and rf.item_count = 0)
order by rf.created_at, rf.report_id
