-- title: Mail schedules of the database itself
-- row: one schedule that is switched on; is_deleted is null in every row that ReportStream writes, so is_active alone decides
-- uses: engine, adhoc
-- column: email_schedule_id id - the schedule
-- column: values json - organizations, emails, cronSchedule and what else ReportStream keeps with it
-- reads: email_schedule
-- order: email_schedule_id
-- cost: a scan of a table with a few rows
select email_schedule_id, values
from email_schedule
where is_active
order by email_schedule_id
