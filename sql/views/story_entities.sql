-- question: Which watched entities does each story name, and how prominently?
-- grain: one row per story at level 1 and above and entity that it names
-- caveat: by the judgement that counts; found by written forms, so a nickname outside the watchlist is missed.
-- since: story_at
-- columns:
--   story_id integer: story
--   entity_key text: entity
--   entity_name text: name of the entity
--   story_at time: the story's time
--   language text: detected language (BCP 47), und when unsure
--   country text: country of the feed that brought it first
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   mention_count integer: how often it is named
--   is_in_title boolean: named in the headline
--   written_forms text: forms as written in the story
--   event_id integer: event
--   is_copy boolean: the story repeats another one
create view story_entities as
select
    n.story_id,
    n.entity_key,
    x.name as entity_name,
    s.story_at,
    s.language,
    s.country,
    s.outlet,
    n.mention_count,
    n.in_title as is_in_title,
    replace(replace(replace(cast(n.aliases as text), '["', ''), '"]', ''), '", "', '; ') as written_forms,
    m.event_id,
    coalesce(m.copy_of is not null, false) as is_copy
from match_entities as n
inner join entities as x on n.entity_key = x.key
inner join stories as s on n.story_id = s.id
left join event_stories as m on n.story_id = m.story_id;
