-- title: The version of a lookup table that was active before
-- row: one version whose row was last changed by the transaction that made the active version active
-- uses: engine
-- param: table text required - the table's name
-- column: version_id id - the version's own id
-- column: table_version number - the version's number
-- reads: lookup_table_version
-- order: table_version
-- cost: a scan of the versions, hundreds
select b.lookup_table_version_id as version_id, b.table_version
-- An activation, ReportStream's own too, switches one version off and another on in one transaction,
-- which Postgres keeps as the xmin of both rows. Where rows of other tables carry the same xmin, the
-- table was loaded as a whole (a restored backup) and xmin says nothing.
from lookup_table_version a
join lookup_table_version b
  on b.table_name = a.table_name
  and b.lookup_table_version_id <> a.lookup_table_version_id
  and b.xmin = a.xmin
where a.table_name = :table
  and a.is_active
  and not exists (
    select from lookup_table_version o where o.table_name <> a.table_name and o.xmin = a.xmin
  )
order by b.table_version
