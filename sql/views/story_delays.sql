-- question: How long did each story of an event take from its publication to our sight, our judgement, and a mail?
-- grain: one row per story of an event
-- caveat: `published_at` is what the feed claims. The mail is the first one on the event that left after the story was
--   seen, whoever it went to; stories of a feed's first body are never mailed alone.
-- since: seen_at
-- columns:
--   story_id integer: story
--   event_id integer: event
--   feed_id integer: feed that brought it first
--   feed_title text: name of the feed
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   language text: detected language (BCP 47), und when unsure
--   is_baseline boolean: it came with the first body of its feed
--   published_at time: what the feed claims; null when absent or absurd
--   seen_at time: when newswatch first saw it
--   matched_at time: when it was judged
--   mailed_at time: first mail on its event that left afterwards
--   minutes_to_seen real: from publication to our sight
--   minutes_to_match real: from our sight to the judgement
--   minutes_to_mail real: from our sight to the mail
create view story_delays as
with timed as (
    select
        s.id as story_id,
        m.event_id,
        s.first_feed_id as feed_id,
        f.title as feed_title,
        s.outlet,
        s.language,
        s.baseline as is_baseline,
        s.published_at,
        s.seen_at,
        j.matched_at,
        (
            select min(a.sent_at)
            from alerts as a
            where a.event_id = m.event_id and a.state = 'sent' and a.sent_at >= s.seen_at
        ) as mailed_at
    from event_stories as m
    inner join stories as s on m.story_id = s.id
    left join feeds as f on s.first_feed_id = f.id
    left join matches as j on s.id = j.story_id and j.is_current
)

select
    t.story_id,
    t.event_id,
    t.feed_id,
    t.feed_title,
    t.outlet,
    t.language,
    t.is_baseline,
    t.published_at,
    t.seen_at,
    t.matched_at,
    t.mailed_at,
    round((julianday(t.seen_at) - julianday(t.published_at)) * 1440, 1) as minutes_to_seen,
    round((julianday(t.matched_at) - julianday(t.seen_at)) * 1440, 1) as minutes_to_match,
    round((julianday(t.mailed_at) - julianday(t.seen_at)) * 1440, 1) as minutes_to_mail
from timed as t;
