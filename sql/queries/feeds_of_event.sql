-- question: Which feeds carried the stories of one event, and which showed them first?
-- about: feeds
-- grain: one row per feed that carried a story of the event
-- params: event = 1
select
    feed_id,
    feed_title,
    count(*) as story_count,
    count(*) filter (where is_first) as first_count,
    min(seen_at) as first_shown_at
from story_feeds
where event_id = :event
group by feed_id, feed_title
order by min(seen_at) asc, feed_id asc;
