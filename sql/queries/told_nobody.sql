-- question: Which events of the last 30 days at level 2 and above was nobody told of?
-- about: events
-- grain: one row per event
select
    e.event_id,
    e.title,
    e.level,
    e.first_seen_at,
    e.is_baseline,
    e.story_count
from event_overview as e
where
    e.merged_into is null
    and e.level >= 2
    and e.first_seen_at >= datetime('now', '-30 days')
    and e.event_id not in (
        select a.event_id
        from alert_log as a
        where a.state = 'sent'
    )
order by e.level desc, e.first_seen_at asc, e.event_id asc;
