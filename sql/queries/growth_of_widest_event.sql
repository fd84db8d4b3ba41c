-- question: How did the most widely told event of the last 30 days grow, day by day?
-- grain: one row per day
-- chart: line day total_story_count
select
    day,
    story_count,
    new_language_count,
    total_story_count,
    total_language_count
from event_timeline
where
    event_id = (
        select e.event_id
        from event_overview as e
        where e.merged_into is null and e.last_seen_at >= datetime('now', '-30 days')
        order by e.independent_count desc, e.language_count desc, e.event_id asc
        limit 1
    )
order by day;
