-- question: Which events of the last 30 days rest on one independent story only?
-- about: events
-- grain: one row per event
select
    event_id,
    first_seen_at,
    level,
    title,
    story_count,
    outlet_count,
    languages
from event_overview
where
    merged_into is null
    and independent_count = 1
    and first_seen_at >= datetime('now', '-30 days')
order by level desc, first_seen_at desc, event_id asc
limit 100;
