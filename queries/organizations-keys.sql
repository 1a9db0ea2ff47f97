-- title: Keys of organizations in every version
-- row: one key in one version of an organization; a version without keys has one row, whose position is null
-- uses: engine
-- column: setting_id id - the version's own id
-- column: organization text - the organization
-- column: version number - the version's number
-- column: is_active boolean - whether it is in force now
-- column: is_deleted boolean - whether it is a tombstone
-- column: created_at instant - when the version was written
-- column: scope text - what the key allows
-- column: position number - its place among the version's keys, from 1
-- column: kid text - its own id
-- column: kty text - RSA, EC, OKP or oct
-- column: use text - what it is meant for
-- column: alg text - the algorithm it is meant for
-- column: crv text - its curve
-- column: n text - a public member
-- column: e text - a public member
-- column: x text - a public member
-- column: y text - a public member
-- column: private_members text - names of members that only the owner may have, joined by blanks; their values stay here
-- reads: setting
-- order: created_at, setting_id, position
-- cost: a scan of the organizations' settings, some thousands of rows, and their keys
select
  s.setting_id,
  s.name as organization,
  s.version,
  coalesce(s.is_active, false) as is_active,
  coalesce(s.is_deleted, false) as is_deleted,
  s.created_at,
  k.scope,
  k.position,
  k.texts ->> 'kid' as kid,
  k.texts ->> 'kty' as kty,
  k.texts ->> 'use' as use,
  k.texts ->> 'alg' as alg,
  k.texts ->> 'crv' as crv,
  k.texts ->> 'n' as n,
  k.texts ->> 'e' as e,
  k.texts ->> 'x' as x,
  k.texts ->> 'y' as y,
  k.private_members
from setting s
left join lateral (
  select
    row_number() over (order by sets.ordinality, keys.ordinality) as position,
    case when jsonb_typeof(sets.value -> 'scope') = 'string' then left(sets.value ->> 'scope', 200) end as scope,
    (
      select jsonb_object_agg(member.key, member.value)
      from jsonb_each(case when jsonb_typeof(keys.value) = 'object' then keys.value else '{}' end) as member
      where member.key in ('kid', 'kty', 'use', 'alg', 'crv', 'n', 'e', 'x', 'y')
        and jsonb_typeof(member.value) = 'string'
        and length(member.value #>> '{}') < 5000
    ) as texts,
    (
      select string_agg(member.key, ' ' order by member.key)
      from jsonb_each(case when jsonb_typeof(keys.value) = 'object' then keys.value else '{}' end) as member
      where member.key in ('d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k')
        and member.value <> 'null'
    ) as private_members
  from jsonb_array_elements(case when jsonb_typeof(s.values -> 'keys') = 'array' then s.values -> 'keys' else '[]' end)
    with ordinality as sets
  cross join lateral jsonb_array_elements(
    case when jsonb_typeof(sets.value -> 'keys') = 'array' then sets.value -> 'keys' else '[]' end
  ) with ordinality as keys
) k on true
where s.type = 'ORGANIZATION'
order by s.created_at, s.setting_id, k.position
