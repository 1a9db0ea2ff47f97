-- title: What the settings of receivers say about deliveries
-- row: one version of a receiver's setting
-- uses: engine
-- column: receiver text - organization and service with chr(1) between them
-- column: created_at instant - when the version was written
-- column: version number - its number, which starts again when a receiver is made anew
-- column: is_active boolean - whether it is in force now
-- column: is_deleted boolean - whether it is a tombstone
-- column: topic text - the receiver's topic
-- column: customer_status text - active, testing or inactive
-- column: transport text - the transport's type; null for none
-- column: number_per_day text - batches a day; null for no timing
-- column: timing_zone text - the batch times' zone, as ReportStream names it
-- column: time_zone text - the receiver's own zone, as ReportStream names it
-- reads: setting
-- order: receiver, created_at, setting_id
-- cost: a scan of the settings, some thousands of rows; no value of theirs that can be secret is read
select
  o.name || chr(1) || s.name as receiver,
  s.created_at,
  s.version,
  coalesce(s.is_active, false) as is_active,
  coalesce(s.is_deleted, false) as is_deleted,
  s.values ->> 'topic' as topic,
  s.values ->> 'customerStatus' as customer_status,
  s.values -> 'transport' ->> 'type' as transport,
  case when jsonb_typeof(s.values -> 'timing') = 'object' then s.values -> 'timing' ->> 'numberPerDay' end as number_per_day,
  s.values -> 'timing' ->> 'timeZone' as timing_zone,
  s.values ->> 'timeZone' as time_zone
from setting s
-- Old versions hang on old versions of their organization, so its name is found by id, whether active or not.
join setting o on o.setting_id = s.organization_id
where s.type = 'RECEIVER'
order by receiver, s.created_at, s.setting_id
