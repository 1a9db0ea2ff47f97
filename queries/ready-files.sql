-- title: Names of files made ready to be sent
-- row: one file
-- uses: engine
-- param: ids uuid[] required - these reports
-- column: report_id id - the report
-- column: file_name text - the last part of its blob's name, without account, folders and query
-- column: format text - the body's format
-- column: topic text - the schema's topic
-- reads: report_file
-- order: none
-- cost: one look-up by key a file
select
  report_id,
  regexp_replace(split_part(body_url, '?', 1), '^.*(%2F|/)', '', 'i') as file_name,
  body_format as format,
  schema_topic as topic
from report_file
where report_id = any (:ids)
