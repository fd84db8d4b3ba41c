-- question: How many stories named each entity, day by day, in the last 30 days?
-- about: names
-- grain: one row per day and entity
-- chart: line day story_count entity_name
select
    date(story_at) as day,
    entity_key,
    entity_name,
    count(*) as story_count,
    count(distinct case when not is_copy then event_id || ' ' || outlet end) as independent_count
from story_entities
where story_at >= datetime('now', '-30 days')
group by date(story_at), entity_key, entity_name
order by date(story_at), entity_key;
