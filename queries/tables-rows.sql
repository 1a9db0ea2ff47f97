-- title: Rows of one version of a lookup table
-- row: one row of the version
-- uses: adhoc, engine
-- param: version_id bigint required - the version's own id, from tables-versions
-- param: first_row integer optional - the first row, from 1
-- param: last_row integer optional - the last row
-- param: column text optional - only rows whose cell of this column equals the value
-- param: value text optional - the value; a missing cell equals the empty text
-- column: row_num number - the row's number, from 1
-- column: data json - the cells by column, all of them texts
-- reads: lookup_table_row
-- order: row_num
-- cost: the version's own rows through the index (lookup_table_version_id, row_num)
select r.row_num, r.data
from lookup_table_row r
where r.lookup_table_version_id = :version_id
  and (:first_row is null or r.row_num >= :first_row)
  and (:last_row is null or r.row_num <= :last_row)
  and (:column is null or coalesce(r.data ->> :column, '') = coalesce(:value, ''))
order by r.row_num
