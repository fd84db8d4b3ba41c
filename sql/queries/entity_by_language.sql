-- question: In which languages and countries was each entity told of in the last 90 days?
-- about: names
-- grain: one row per entity, language and country
select
    entity_key,
    language,
    country,
    count(*) as story_count,
    count(*) filter (where is_in_title) as title_count
from story_entities
where story_at >= datetime('now', '-90 days')
group by entity_key, language, country
order by entity_key asc, story_count desc, language asc nulls last, country asc nulls last;
