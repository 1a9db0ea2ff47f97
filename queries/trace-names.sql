-- title: Files by name
-- row: one report, or request that left none, with one of the names
-- uses: engine
-- param: names text[] required - file names as senders, receivers or the storage know them
-- param: from timestamptz required - written at or after this instant
-- param: most integer required - at most this many rows a name, the newest first
-- column: name text - the name
-- column: source text - where it stands: external_name, body_url or request
-- column: report_id id - the report; null for a request that left none
-- column: action_id id - the action that wrote it
-- column: created_at instant - when
-- column: found number - how many rows have the name
-- reads: report_file, action
-- order: name, created_at descending
-- cost: names have no index: a scan of the reports and the requests since the instant, in their indexes on created_at
select name, source, report_id, action_id, created_at, found
from (
  select *, count(*) over (partition by name) as found,
    row_number() over (partition by name order by created_at desc, action_id desc, report_id) as place
  from (
    select rf.external_name as name, 'external_name' as source, rf.report_id, rf.action_id, rf.created_at
    from report_file rf
    where rf.created_at >= :from
      and rf.external_name = any (:names)
    union all
    select regexp_replace(split_part(rf.body_url, '?', 1), '^.*(%2F|/)', '', 'i'), 'body_url', rf.report_id, rf.action_id, rf.created_at
    from report_file rf
    where rf.created_at >= :from
      and rf.body_url is not null
      and regexp_replace(split_part(rf.body_url, '?', 1), '^.*(%2F|/)', '', 'i') = any (:names)
    union all
    -- A BLOBSTORE's name is a whole address.
    select regexp_replace(split_part(rf.external_name, '?', 1), '^.*(%2F|/)', '', 'i'), 'external_name', rf.report_id, rf.action_id,
      rf.created_at
    from report_file rf
    where rf.created_at >= :from
      and rf.external_name like '%://%'
      and regexp_replace(split_part(rf.external_name, '?', 1), '^.*(%2F|/)', '', 'i') = any (:names)
    union all
    select a.external_name, 'request', null, a.action_id, a.created_at
    from action a
    where a.created_at >= :from
      and a.action_name = 'receive'
      and a.external_name = any (:names)
      and not exists (select from report_file rf where rf.action_id = a.action_id)
  ) named
) numbered
where place <= :most
order by name, created_at desc, action_id desc, report_id
