-- title: Submissions with result metadata
-- row: one topic of which something was submitted
-- uses: engine, adhoc
-- param: from timestamptz required - submitted at or after this instant
-- param: to timestamptz required - submitted before this instant
-- column: topic text - the topic
-- column: submissions number - reports that were submitted
-- column: items number - items in them
-- column: items_with_metadata number - items of which a facility and a result are known
-- reads: report_file, covid_result_metadata, elr_result_metadata
-- order: topic
-- cost: a range scan of the index on (created_at, sending_org) of report_file, and two look-ups by key a submission
select
  rf.schema_topic as topic,
  count(*) as submissions,
  sum(rf.item_count) as items,
  sum(
    (select count(distinct c.report_index) from covid_result_metadata c where c.report_id = rf.report_id)
    + (select count(distinct e.report_index) from elr_result_metadata e where e.report_id = rf.report_id)
  ) as items_with_metadata
from report_file rf
where rf.created_at >= :from
  and rf.created_at < :to
  and rf.sending_org is not null
group by rf.schema_topic
order by topic
