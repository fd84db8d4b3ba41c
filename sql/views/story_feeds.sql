-- question: Which feeds carried each story, and when did each show it?
-- grain: one row per story and feed that carried it
-- since: seen_at
-- columns:
--   story_id integer: story
--   feed_id integer: feed
--   feed_title text: name of the feed
--   seen_at time: when newswatch saw the story in this feed
--   is_first boolean: this feed brought it first
--   minutes_after_first real: minutes after newswatch first saw the story anywhere
--   title text: headline as a person would print it
--   language text: detected language (BCP 47), und when unsure
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   event_id integer: event
create view story_feeds as
select
    c.story_id,
    c.feed_id,
    f.title as feed_title,
    c.seen_at,
    coalesce(c.feed_id = s.first_feed_id, false) as is_first,
    round((julianday(c.seen_at) - julianday(s.seen_at)) * 1440, 1) as minutes_after_first,
    s.title,
    s.language,
    s.outlet,
    m.event_id
from sightings as c
inner join stories as s on c.story_id = s.id
inner join feeds as f on c.feed_id = f.id
left join event_stories as m on s.id = m.story_id;
