-- title: Names of lookup tables
-- row: one lookup table
-- uses: engine
-- column: table_name text - its name, as it was spelled when it was made
-- reads: lookup_table_version
-- order: table_name
-- cost: a scan of the versions (hundreds); their rows are not looked at
select distinct table_name
from lookup_table_version
order by table_name
