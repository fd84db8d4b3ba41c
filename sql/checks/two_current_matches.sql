-- wrong: a story with two judgements that count
-- do: the index uq_matches_current is missing: run `newswatch db upgrade`
select
    story_id,
    count(*) as match_count
from matches
where is_current
group by story_id
having count(*) > 1
order by story_id;
