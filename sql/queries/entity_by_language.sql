-- question: In which languages and countries is each entity told of?
-- grain: one row per entity, language and country
select
    entity_key,
    language,
    country,
    cast(sum(story_count) as bigint) as story_count,
    cast(sum(title_count) as bigint) as title_count
from entity_activity
group by entity_key, language, country
order by entity_key asc, story_count desc, language asc, country asc;
