-- title: Changes of settings
-- row: one version of a setting that was written in the time
-- uses: engine, adhoc
-- param: from timestamptz required - written at or after this instant
-- param: to timestamptz required - written before this instant
-- column: changed_at instant - when
-- column: changed_by text - who
-- column: type text - organization, sender or receiver
-- column: organization text - the organization
-- column: name text - the sender's or receiver's own name; empty for the organization
-- column: version number - the version's number
-- column: change text - created, changed or deleted
-- column: paths text - members that differ from the version before, two levels deep, joined by ", "; never their values
-- reads: setting
-- order: changed_at, setting_id
-- cost: a scan and a sort of the settings, some thousands of rows; values are compared in the database and stay there
-- organization: organization
with versions as (
  select
    s.setting_id,
    lower(s.type::text) as type,
    case when s.type = 'ORGANIZATION' then s.name else o.name end as organization,
    case when s.type = 'ORGANIZATION' then '' else s.name end as name,
    s.version,
    s.created_at,
    s.created_by,
    coalesce(s.is_deleted, false) as is_deleted
  from setting s
  -- Old versions hang on old versions of their organization, so its name is found by id, whether active or not.
  left join setting o on o.setting_id = s.organization_id
),
changes as (
  select
    v.*,
    lag(v.setting_id) over w as before_id,
    lag(v.is_deleted) over w as was_deleted
  from versions v
  window w as (partition by v.type, v.organization, v.name order by v.created_at, v.setting_id)
)
select
  c.created_at as changed_at,
  c.created_by as changed_by,
  c.type,
  c.organization,
  c.name,
  c.version,
  case
    when c.is_deleted then 'deleted'
    when c.before_id is null or c.was_deleted then 'created'
    else 'changed'
  end as change,
  d.paths
from changes c
left join lateral (
  select string_agg(distinct path, ', ' order by path) as paths
  from (
    select coalesce(a.path, b.path) as path, a.value as now, b.value as before
    from (
      select m.key || case when n.key = '' then '' else '.' || n.key end as path, n.value
      from setting s
      cross join lateral jsonb_each(case when jsonb_typeof(s.values) = 'object' then s.values else '{}' end) as m
      cross join lateral jsonb_each(
        case when jsonb_typeof(m.value) = 'object' then m.value else jsonb_build_object('', m.value) end
      ) as n
      where s.setting_id = c.setting_id
    ) a
    full join (
      select m.key || case when n.key = '' then '' else '.' || n.key end as path, n.value
      from setting s
      cross join lateral jsonb_each(case when jsonb_typeof(s.values) = 'object' then s.values else '{}' end) as m
      cross join lateral jsonb_each(
        case when jsonb_typeof(m.value) = 'object' then m.value else jsonb_build_object('', m.value) end
      ) as n
      where s.setting_id = c.before_id
    ) b on b.path = a.path
  ) leaves
  -- What repeats the row's own columns is no change; and null is written out or left out as the class has it.
  where path not in ('version', 'createdBy', 'createdAt')
    and coalesce(now, 'null') <> coalesce(before, 'null')
    -- A name that is no name of a member could be a value in the wrong place.
    and path ~ '^[A-Za-z][A-Za-z0-9]{0,39}([.][A-Za-z][A-Za-z0-9_-]{0,39})?$'
) d on not c.is_deleted and c.before_id is not null and not c.was_deleted
where c.created_at >= :from
  and c.created_at < :to
order by changed_at, c.setting_id
