-- question: Which events of the last 30 days are told most widely, copies counted once?
-- about: events
-- grain: one row per event
-- chart: bar event_id independent_count
select
    event_id,
    title,
    level,
    independent_count,
    story_count,
    language_count,
    outlet_count,
    copy_share
from event_overview
where
    merged_into is null
    and last_seen_at >= datetime('now', '-30 days')
order by independent_count desc, language_count desc, event_id asc
limit 50;
