-- title: Reports that the action log speaks of
-- row: one report with an entry in the window
-- uses: engine
-- param: from timestamptz required - logged at or after this instant
-- param: to timestamptz required - logged before this instant
-- column: report_id id - the report
-- reads: action_log
-- order: none
-- cost: a range scan of the index on created_at
select distinct report_id
from action_log
where created_at >= :from
  and created_at < :to
  and report_id is not null
