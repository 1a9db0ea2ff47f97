-- title: Message ids of legacy submissions' rows
-- row: one row of a submission and the sender's id of it
-- uses: engine
-- param: ids uuid[] required - these submissions
-- column: report_id id - the submission
-- column: report_index number - the row's position, as stored: from 1 since spring 2022, from 0 before
-- column: message_id text - the sender's id
-- reads: covid_result_metadata, elr_result_metadata
-- order: report_id, report_index
-- cost: one look-up by key a submission in each of the two tables
select report_id, report_index, min(message_id) as message_id
from (
  select report_id, report_index, message_id from covid_result_metadata where report_id = any (:ids)
  union all
  select report_id, report_index, message_id from elr_result_metadata where report_id = any (:ids)
) m
where message_id is not null
group by report_id, report_index
order by report_id, report_index
