-- wrong: an entity of a story that is not for us
-- do: run `newswatch rematch` over these days; when it stays, report it
select
    n.story_id,
    n.entity_key,
    j.level
from match_entities as n
left join matches as j on n.story_id = j.story_id and j.is_current
where j.id is null or j.level < 1
order by n.story_id, n.entity_key;
