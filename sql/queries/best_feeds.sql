-- question: Which feeds brought the stories of the last 90 days that are in events, and how many founded one?
-- about: feeds
-- grain: one row per feed that brought a story of an event
-- chart: bar title story_count
with brought as (
    select
        feed_id,
        count(*) as story_count,
        count(*) filter (where how = 'found') as founding_count,
        count(distinct event_id) as event_count
    from event_stories_flat
    where story_at >= datetime('now', '-90 days')
    group by feed_id
    order by story_count desc, feed_id asc
    limit 100
)

select
    b.feed_id,
    h.title,
    h.language,
    b.story_count,
    b.founding_count,
    b.event_count
from brought as b
inner join feed_health as h on b.feed_id = h.feed_id
order by b.story_count desc, b.feed_id asc;
