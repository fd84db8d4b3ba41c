-- question: How did the most widely told event of the last 30 days grow, day by day?
-- grain: one row per day
-- chart: line day total_story_count
with widest as (
    select event_id
    from event_overview
    where merged_into is null and last_seen_at >= datetime('now', '-30 days')
    order by independent_count desc, language_count desc, event_id asc
    limit 1
)

select
    t.day,
    t.story_count,
    t.new_language_count,
    t.total_story_count,
    t.total_language_count
from event_timeline as t
inner join widest as w on t.event_id = w.event_id
order by t.day;
