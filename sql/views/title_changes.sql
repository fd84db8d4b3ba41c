-- question: Which headlines were changed, from what to what?
-- grain: one row per change of a story's headline
-- caveat: kept since schema 0012. A change counts when another feed's words take over, too;
--   at most 24 a story are taken.
-- since: changed_at
-- columns:
--   change_id integer: change
--   story_id integer: story
--   changed_at time: when the new headline took the place of the old one
--   former_title text: headline before
--   new_title text: headline after
--   minutes_after_seen real: minutes after newswatch first saw the story
--   former_feed_id integer: feed whose words the old headline was
--   language text: detected language (BCP 47), und when unsure
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   url text: address
--   level integer: level of the story as it stands
--   event_id integer: event
create view title_changes as
select
    c.id as change_id,
    c.story_id,
    c.replaced_at as changed_at,
    c.title as former_title,
    coalesce(
        (
            select n.title
            from former_titles as n
            where n.story_id = c.story_id and n.id > c.id
            order by n.id
            limit 1
        ),
        s.title
    ) as new_title,
    round((julianday(c.replaced_at) - julianday(s.seen_at)) * 1440, 1) as minutes_after_seen,
    c.feed_id as former_feed_id,
    s.language,
    s.outlet,
    s.url,
    cast(j.level as integer) as level,
    m.event_id
from former_titles as c
inner join stories as s on c.story_id = s.id
left join matches as j on s.id = j.story_id and j.is_current
left join event_stories as m on s.id = m.story_id;
