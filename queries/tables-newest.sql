-- title: The active and the newest version of each lookup table
-- row: one lookup table
-- uses: engine, adhoc
-- column: table_name text - the table's name
-- column: active_version number - the version that ReportStream reads; null where none is active
-- column: newest_version number - the highest number
-- column: newest_created_at instant - when that one was created
-- column: newest_created_by text - who created it
-- reads: lookup_table_version
-- order: table_name
-- cost: a scan of the versions, hundreds; their rows are left alone
select
  v.table_name,
  a.table_version as active_version,
  v.table_version as newest_version,
  v.created_at as newest_created_at,
  v.created_by as newest_created_by
from (
  select distinct on (table_name) table_name, table_version, created_at, created_by
  from lookup_table_version
  order by table_name, table_version desc
) v
left join lookup_table_version a on a.table_name = v.table_name and a.is_active
order by v.table_name
