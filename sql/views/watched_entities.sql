-- question: What is watched, and under which written forms?
-- grain: one row per entity that is, or once was, in the watchlist
-- caveat: written forms are those of the current watchlist; an entity that left it keeps its row and its history.
-- columns:
--   entity_key text: language-neutral key
--   name text: name for people
--   kind text: company, person, partnership, fund, project, product or place
--   wikidata text: Wikidata id where one is known
--   roles list: subject, party, watched, context; separated by blanks
--   is_current boolean: it is in the current watchlist
--   alias_count integer: written forms
--   language_count integer: languages or scripts that these belong to
--   story_count integer: stories at level 1 and above that name it
--   event_count integer: events that they tell
--   last_story_at time: latest of these stories
create view watched_entities as
with forms as (
    select
        entity_key,
        count(*) as alias_count,
        count(distinct case when language <> 'any' then language end) as language_count
    from aliases
    group by entity_key
),

named as (
    select
        n.entity_key,
        count(*) as story_count,
        count(distinct m.event_id) as event_count,
        max(s.story_at) as last_story_at
    from match_entities as n
    inner join stories as s on n.story_id = s.id
    left join event_stories as m on n.story_id = m.story_id
    group by n.entity_key
)

select
    x.key as entity_key,
    x.name,
    x.kind,
    x.wikidata,
    replace(replace(replace(replace(cast(x.roles as text), '[]', ''), '["', ''), '"]', ''), '", "', ' ') as roles,
    x.is_current,
    coalesce(f.alias_count, 0) as alias_count,
    coalesce(f.language_count, 0) as language_count,
    coalesce(d.story_count, 0) as story_count,
    coalesce(d.event_count, 0) as event_count,
    d.last_story_at
from entities as x
left join forms as f on x.key = f.entity_key
left join named as d on x.key = d.entity_key;
