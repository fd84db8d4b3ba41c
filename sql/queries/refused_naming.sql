-- question: Which stories of the last 30 days name an entity that we watch and were refused, and why?
-- about: stories
-- grain: one row per refused story and entity that it names
-- params: days = 30, entity = any
select
    story_id,
    entity_name,
    title,
    language,
    because,
    round(score, 3) as score,
    is_in_title,
    url
from refused_stories
where
    story_at >= datetime('now', '-' || :days || ' days')
    and (:entity = 'any' or entity_key = :entity)
order by score desc, story_id asc, entity_key asc;
