-- question: What happened in the last seven days, the newest first?
-- about: events
-- grain: one row per event first told in the last seven days
select
    event_id,
    first_seen_at,
    level,
    title,
    story_count,
    language_count,
    languages
from event_overview
where
    merged_into is null
    and first_seen_at >= datetime('now', '-7 days')
order by first_seen_at desc, event_id desc
limit 100;
