-- title: Checks of receivers' connections
-- row: one check that was finished
-- uses: engine
-- param: from timestamptz required - started at or after this instant
-- param: to timestamptz required - started before this instant
-- column: receiver text - organization and service with chr(1) between them
-- column: started_at instant - when it started
-- column: successful boolean - whether the receiver let ReportStream in
-- column: result text - the beginning of the log of a failed check, to tell its kind from; it may hold hosts
-- reads: receiver_connection_check_results, setting
-- order: none
-- cost: a scan of the checks, of which there are twelve a day and receiver; no index has their time
select
  coalesce(o.name, c_org.name) || chr(1) || s.name as receiver,
  c.connection_check_started_at as started_at,
  c.connection_check_successful as successful,
  case when not c.connection_check_successful then left(c.connection_check_result, 5000) end as result
from receiver_connection_check_results c
-- The ids are those of the versions that were active at the time, so that only names hold the checks together.
join setting s on s.setting_id = c.receiver_id
left join setting o on o.setting_id = s.organization_id
join setting c_org on c_org.setting_id = c.organization_id
where c.connection_check_started_at >= :from
  and c.connection_check_started_at < :to
