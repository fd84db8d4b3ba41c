-- question: Which entities were named in the same stories in the last 90 days, copies left out?
-- about: names
-- grain: one row per pair of entities
select
    a.entity_key,
    b.entity_key as other_entity_key,
    count(*) as story_count,
    count(distinct a.event_id) as event_count,
    max(a.story_at) as last_story_at
from story_entities as a
inner join story_entities as b on a.story_id = b.story_id and a.entity_key < b.entity_key
where not a.is_copy and a.story_at >= datetime('now', '-90 days')
group by a.entity_key, b.entity_key
order by story_count desc, a.entity_key asc, b.entity_key asc
limit 100;
