-- question: Which stories tell the most widely told event of the last 30 days, in order?
-- about: events
-- grain: one row per story of that event
with widest as (
    select event_id
    from event_overview
    where merged_into is null and last_seen_at >= datetime('now', '-30 days')
    order by independent_count desc, language_count desc, event_id asc
    limit 1
)

select
    f.story_at,
    f.language,
    f.outlet,
    f.title,
    f.level,
    f.is_copy,
    f.url
from event_stories_flat as f
inner join widest as w on f.event_id = w.event_id
order by f.story_at, f.story_id;
