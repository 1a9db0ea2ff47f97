-- title: Organizations, senders and receivers in every version
-- row: one version of a setting, tombstones included
-- uses: engine, adhoc
-- column: setting_id id - the version's own id
-- column: type text - ORGANIZATION, SENDER or RECEIVER
-- column: organization text - the organization's name; null when the row hangs on none
-- column: name text - the sender's or receiver's own name; the organization's for an organization
-- column: version number - its number, which starts again when a setting is made anew
-- column: is_active boolean - whether it is in force now
-- column: is_deleted boolean - whether it is a tombstone
-- column: created_at instant - when the version was written
-- column: created_by text - who wrote it
-- column: description text - in words
-- column: jurisdiction text - FEDERAL, STATE or COUNTY
-- column: state text - of a state or a county
-- column: county text - of a county
-- column: topic text - the topic
-- column: status text - active, testing or inactive
-- column: format text - what a sender sends; what a receiver's CUSTOM translation writes
-- column: translation text - the type of a receiver's translation
-- column: batching boolean - whether a receiver's messages are put into one file; null where nothing is said
-- column: transport_shape text - object, null or absent: what a receiver's setting says about sending
-- column: transport text - the transport's type
-- column: timing json - numberPerDay, initialTime, timeZone, empty for what cannot be read; null for no timing
-- column: filters json - the filters, by kind; those of an organization by topic
-- reads: setting
-- order: setting_id
-- cost: a scan of the settings, some thousands of rows. Members are named one by one: hosts, paths, credentials,
--   headers and keys are not read
select
  -- A member that should be a word and is not could hold anything, so it stays here.
  s.setting_id,
  s.type,
  case when s.type = 'ORGANIZATION' then s.name else o.name end as organization,
  s.name,
  s.version,
  coalesce(s.is_active, false) as is_active,
  coalesce(s.is_deleted, false) as is_deleted,
  s.created_at,
  s.created_by,
  case when jsonb_typeof(s.values -> 'description') = 'string' then s.values ->> 'description' end as description,
  substring(s.values ->> 'jurisdiction' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$') as jurisdiction,
  substring(s.values ->> 'stateCode' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$') as state,
  case when jsonb_typeof(s.values -> 'countyName') = 'string' then s.values ->> 'countyName' end as county,
  substring(s.values ->> 'topic' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$') as topic,
  substring(s.values ->> 'customerStatus' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$') as status,
  substring(
    coalesce(s.values ->> 'format', s.values -> 'translation' ->> 'format') from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$'
  ) as format,
  substring(s.values -> 'translation' ->> 'type' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$') as translation,
  'true' in (s.values -> 'translation' ->> 'useBatching', s.values -> 'translation' ->> 'useBatchHeaders') as batching,
  coalesce(jsonb_typeof(s.values -> 'transport'), 'absent') as transport_shape,
  substring(s.values -> 'transport' ->> 'type' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$') as transport,
  case
    when jsonb_typeof(s.values -> 'timing') = 'object' then jsonb_build_object(
      -- An empty text is a member that is there and cannot be read; null is one that is not there.
      'numberPerDay', coalesce(substring(t.number_per_day from '^[0-9]{1,5}$'), left(t.number_per_day, 0)),
      'initialTime', coalesce(substring(t.initial_time from '^[0-9:.]{1,18}$'), left(t.initial_time, 0)),
      'timeZone', coalesce(substring(t.time_zone from '^[A-Z_]{1,40}$'), left(t.time_zone, 0))
    )
  end as timing,
  case s.type
    when 'RECEIVER' then jsonb_build_object(
      'jurisdictionalFilter', s.values -> 'jurisdictionalFilter',
      'qualityFilter', s.values -> 'qualityFilter',
      'reverseTheQualityFilter', s.values -> 'reverseTheQualityFilter',
      'routingFilter', s.values -> 'routingFilter',
      'processingModeFilter', s.values -> 'processingModeFilter',
      'conditionFilter', s.values -> 'conditionFilter',
      'mappedConditionFilter', s.values -> 'mappedConditionFilter',
      'routingFilters', s.values -> 'routingFilters'
    )
    when 'ORGANIZATION' then s.values -> 'filters'
  end as filters
from setting s
-- Old versions hang on old versions of their organization, so its name is found by id, whether active or not.
left join setting o on o.setting_id = s.organization_id
cross join lateral (
  select
    s.values -> 'timing' ->> 'numberPerDay' as number_per_day,
    s.values -> 'timing' ->> 'initialTime' as initial_time,
    s.values -> 'timing' ->> 'timeZone' as time_zone
) t
order by s.setting_id
