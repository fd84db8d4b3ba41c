-- question: By tag of their feeds, how many stories came in the last 30 days, and how many are for us?
-- about: feeds
-- grain: one row per tag; a feed of several tags counts for each
-- params: days = 30
select
    t.tag,
    count(distinct t.feed_id) as feed_count,
    count(distinct f.story_id) as story_count,
    count(distinct case when f.event_id is not null then f.story_id end) as matched_count,
    count(distinct f.event_id) as event_count
from feed_tags as t
left join story_feeds as f
    on t.feed_id = f.feed_id and f.seen_at >= datetime('now', '-' || :days || ' days')
group by t.tag
order by event_count desc, t.tag asc;
