-- title: Tasks of reports
-- row: the queue's state of one report
-- uses: engine
-- param: ids uuid[] required - these reports
-- column: report_id id - the report
-- column: next_action text - the step it waits for
-- column: next_action_at instant - when it is due
-- column: retry_count number - from the retry token; null without one, or when the token is not readable
-- column: created_at instant - when the report was made in memory
-- column: batched_at instant - when a batch took it, or an operator asked to send it again
-- column: sent_at instant - the last attempt to send, a failed one too
-- reads: task
-- order: none
-- cost: one look-up by key a report
select
  report_id,
  next_action::text,
  next_action_at,
  substring(retry_token ->> 'retryCount' from '^[0-9]{1,6}$')::int as retry_count,
  created_at,
  batched_at,
  sent_at
from task
where report_id = any (:ids)
