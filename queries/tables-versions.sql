-- title: Versions of lookup tables
-- row: one version of a lookup table
-- uses: adhoc, engine
-- param: table text optional - the table's name; all tables without it
-- column: version_id id - the version's own id
-- column: table_name text - the table's name; ReportStream compares names without regard to case, the database does not
-- column: table_version number - the version's number, from 1
-- column: is_active boolean - whether ReportStream reads this version
-- column: row_count number - its rows
-- column: created_by text - who created it
-- column: created_at instant - when
-- column: checksum text - SHA-256 as ReportStream computes it; 0 where it is unknown (versions from before 2022)
-- reads: lookup_table_version, lookup_table_row
-- order: table_name, table_version
-- cost: a scan of the versions (hundreds), and one count over the index of the rows for each
select
  v.lookup_table_version_id as version_id,
  v.table_name,
  v.table_version,
  v.is_active,
  coalesce(r.row_count, 0) as row_count,
  v.created_by,
  v.created_at,
  v.table_sha256_checksum as checksum
from lookup_table_version v
left join (
  select r.lookup_table_version_id, count(*) as row_count
  from lookup_table_row r
  where :table is null
    or r.lookup_table_version_id in (
      select w.lookup_table_version_id from lookup_table_version w where w.table_name = :table
    )
  group by r.lookup_table_version_id
) r on r.lookup_table_version_id = v.lookup_table_version_id
where :table is null or v.table_name = :table
order by v.table_name, v.table_version
