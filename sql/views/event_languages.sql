-- question: In which languages was each event told, by how many stories, and since when?
-- grain: one row per event and language
-- since: first_told_at
-- columns:
--   event_id integer: event
--   language text: detected language (BCP 47), und when unsure
--   story_count integer: stories in it
--   independent_count integer: those that repeat no other story
--   first_told_at time: the first story in this language
--   hours_after_first real: hours after the event was first told in any language
create view event_languages as
with told as (
    select
        m.event_id,
        coalesce(s.language, 'und') as language,
        count(*) as story_count,
        count(*) filter (where m.copy_of is null) as independent_count,
        min(s.story_at) as first_told_at
    from event_stories as m
    inner join stories as s on m.story_id = s.id
    group by m.event_id, coalesce(s.language, 'und')
)

select
    t.event_id,
    t.language,
    t.story_count,
    t.independent_count,
    t.first_told_at,
    round((julianday(t.first_told_at) - julianday(e.first_seen_at)) * 24, 1) as hours_after_first
from told as t
inner join events as e on t.event_id = e.id;
