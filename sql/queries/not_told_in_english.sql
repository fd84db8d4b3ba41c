-- question: Which events of the last 30 days are told in other languages, but not in English?
-- about: events
-- grain: one row per event
select
    e.event_id,
    e.first_seen_at,
    e.level,
    e.title,
    e.languages,
    e.story_count
from event_overview as e
where
    e.merged_into is null
    and e.first_seen_at >= datetime('now', '-30 days')
    and not exists (
        select 1
        from event_stories_flat as f
        where f.event_id = e.event_id and (f.language = 'en' or f.language like 'en-%')
    )
order by e.level desc, e.first_seen_at desc, e.event_id asc
limit 100;
