-- question: Who repeats whose words, how much later, and in another language?
-- grain: one row per story that repeats another one
-- caveat: the earliest story counts as the original, which need not be the one that wrote it: agencies' own feeds are
--   often slower than their customers'.
-- since: story_at
-- columns:
--   event_id integer: event of both
--   story_id integer: the copy
--   story_at time: the story's time
--   language text: detected language (BCP 47), und when unsure
--   country text: country of the feed that brought it first
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   title text: headline as a person would print it
--   url text: address
--   original_story_id integer: the story that it repeats
--   original_at time: that story's time
--   original_language text: its language
--   original_outlet text: its outlet
--   original_title text: its headline
--   hours_later real: hours between the two
--   is_translation boolean: the two differ in language
--   is_same_outlet boolean: an outlet repeats itself: a second address or a new headline
create view copies as
select
    m.event_id,
    s.id as story_id,
    s.story_at,
    s.language,
    s.country,
    s.outlet,
    s.title,
    s.url,
    o.id as original_story_id,
    o.story_at as original_at,
    o.language as original_language,
    o.outlet as original_outlet,
    o.title as original_title,
    round((julianday(s.story_at) - julianday(o.story_at)) * 24, 2) as hours_later,
    coalesce(s.language, 'und') <> coalesce(o.language, 'und') as is_translation,
    (s.outlet = o.outlet) as is_same_outlet
from event_stories as m
inner join stories as s on m.story_id = s.id
inner join stories as o on m.copy_of = o.id;
