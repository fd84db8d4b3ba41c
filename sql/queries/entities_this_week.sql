-- question: How often was each entity told of in the last seven days, against the seven days before?
-- about: names
-- grain: one row per entity that was told of in these two weeks
-- chart: bar entity_name story_count
select
    entity_key,
    entity_name,
    count(*) filter (where story_at >= datetime('now', '-7 days')) as story_count,
    count(*) filter (where story_at < datetime('now', '-7 days')) as story_count_before,
    count(*) filter (where story_at >= datetime('now', '-7 days') and is_in_title) as title_count
from story_entities
where story_at >= datetime('now', '-14 days')
group by entity_key, entity_name
order by story_count desc, entity_key asc;
