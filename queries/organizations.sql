-- title: Organizations, senders and receivers as they were set
-- row: one organization, sender or receiver that was there at the time
-- uses: adhoc
-- param: to timestamptz optional - as it was just before this instant; now without it
-- column: type text - organization, sender or receiver
-- column: organization text - the organization
-- column: name text - the sender's or receiver's own name; empty for the organization
-- column: description text - in words
-- column: jurisdiction text - FEDERAL, STATE or COUNTY
-- column: state text - of a state or a county
-- column: county text - of a county
-- column: topic text - the topic
-- column: format text - what a sender sends, or what a receiver gets
-- column: status text - active, testing or inactive
-- column: transport text - the transport's type; none for a receiver that fetches its files
-- column: batches_per_day text - how often a receiver's files are made; empty for no timing
-- column: first_batch text - the time of day from which batches are counted
-- column: batch_zone text - the zone of that time, as ReportStream names it
-- column: version number - the version's number
-- column: changed_at instant - when this version was written
-- column: changed_by text - who wrote it
-- reads: setting
-- order: organization, type, name
-- cost: a scan of the settings, some thousands of rows, and a sort; no host, path, credential, header or key is read
-- organization: organization
-- export: organizations.csv whole
with versions as (
  select
    s.setting_id,
    lower(s.type::text) as type,
    case when s.type = 'ORGANIZATION' then s.name else o.name end as organization,
    case when s.type = 'ORGANIZATION' then '' else s.name end as name,
    s.values,
    s.version,
    coalesce(s.is_deleted, false) as is_deleted,
    s.created_at,
    s.created_by
  from setting s
  -- Old versions hang on old versions of their organization, so its name is found by id, whether active or not.
  left join setting o on o.setting_id = s.organization_id
  where :to is null or s.created_at < :to
),
-- A version's number starts again when a setting is deleted and made anew, so its time says which one is the last.
latest as (
  select distinct on (organization, type, name) *
  from versions
  order by organization, type, name, created_at desc, setting_id desc
)
-- A member that should be a word and is not could hold anything, so it stays here.
select
  type,
  organization,
  name,
  case when jsonb_typeof(values -> 'description') = 'string' then values ->> 'description' end as description,
  substring(values ->> 'jurisdiction' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$') as jurisdiction,
  substring(values ->> 'stateCode' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$') as state,
  case when jsonb_typeof(values -> 'countyName') = 'string' then values ->> 'countyName' end as county,
  substring(values ->> 'topic' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$') as topic,
  case
    when type = 'sender' then substring(values ->> 'format' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$')
    when type <> 'receiver' then null
    when values -> 'translation' ->> 'type' = 'FHIR' then 'FHIR'
    when values -> 'translation' ->> 'type' <> 'HL7' then coalesce(
      substring(values -> 'translation' ->> 'format' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$'),
      substring(values -> 'translation' ->> 'type' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$')
    )
    when 'true' in (values -> 'translation' ->> 'useBatching', values -> 'translation' ->> 'useBatchHeaders')
      then 'HL7_BATCH'
    else substring(values -> 'translation' ->> 'type' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$')
  end as format,
  substring(values ->> 'customerStatus' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$') as status,
  case
    when type <> 'receiver' then null
    when jsonb_typeof(values -> 'transport') = 'object'
      then coalesce(substring(values -> 'transport' ->> 'type' from '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$'), 'unknown')
    else 'none'
  end as transport,
  case
    when jsonb_typeof(values -> 'timing') = 'object'
      then substring(coalesce(values -> 'timing' ->> 'numberPerDay', '1') from '^[0-9]{1,5}$')
  end as batches_per_day,
  case
    when jsonb_typeof(values -> 'timing') = 'object'
      then substring(coalesce(values -> 'timing' ->> 'initialTime', '00:00') from '^[0-9:]{1,8}$')
  end as first_batch,
  case
    when jsonb_typeof(values -> 'timing') = 'object'
      then substring(coalesce(values -> 'timing' ->> 'timeZone', 'EASTERN') from '^[A-Z_]{1,40}$')
  end as batch_zone,
  version,
  created_at as changed_at,
  created_by as changed_by
from latest
where not is_deleted
order by organization, type, name
