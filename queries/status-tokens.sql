-- title: Tokens that were used and have expired
-- row: one row of counts
-- uses: engine, adhoc
-- param: now timestamptz required - the present
-- column: kept number - token ids that are kept
-- column: expired number - of these, expired ones, which go when somebody asks for a token next
-- reads: jti_cache
-- order: none
-- cost: a scan of some hundred rows; no token's id is read
select count(*) as kept, count(*) filter (where expires_at < :now) as expired
from jti_cache
