-- question: How many stories named each entity, day by day, in the last 30 days?
-- grain: one row per day and entity
-- chart: line day story_count entity_name
select
    day,
    entity_key,
    entity_name,
    cast(sum(story_count) as bigint) as story_count,
    cast(sum(independent_count) as bigint) as independent_count
from entity_activity
where day >= date('now', '-30 days')
group by day, entity_key, entity_name
order by day, entity_key;
