-- question: How did the most widely told event of the last 30 days grow, day by day?
-- about: events
-- grain: one row per day
-- caveat: for one event by number, ask `event_timeline where event_id = …`, which says more
-- chart: line day total_story_count
with widest as (
    select event_id
    from event_overview
    where merged_into is null and last_seen_at >= datetime('now', '-30 days')
    order by independent_count desc, language_count desc, event_id asc
    limit 1
),

told as (
    select
        date(f.story_at) as day,
        row_number() over (partition by f.language order by f.story_at, f.story_id) as place_in_language
    from event_stories_flat as f
    inner join widest as w on f.event_id = w.event_id
),

days as (
    select
        day,
        count(*) as story_count,
        count(*) filter (where place_in_language = 1) as new_language_count
    from told
    group by day
)

select
    day,
    story_count,
    new_language_count,
    cast(sum(story_count) over (order by day) as bigint) as total_story_count,
    cast(sum(new_language_count) over (order by day) as bigint) as total_language_count
from days
order by day;
