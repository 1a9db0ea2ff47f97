-- title: The newest action of the back end
-- row: always one
-- uses: engine, adhoc
-- column: newest_at instant - when the newest action was recorded; empty when there is none
-- reads: action
-- order: none
-- cost: one look at the end of an index
select max(created_at) as newest_at
from action
