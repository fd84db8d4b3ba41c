-- question: How many hours after the first story did each language tell the events of the last 90 days?
-- about: languages
-- grain: one row per language
-- chart: bar language mean_hours_behind
with firsts as (
    select
        f.event_id,
        f.language,
        min(f.story_at) as told_at
    from event_stories_flat as f
    where f.story_at >= datetime('now', '-90 days')
    group by f.event_id, f.language
)

select
    f.language,
    count(*) as event_count,
    count(*) filter (where f.told_at = e.first_seen_at) as first_count,
    round(avg((julianday(f.told_at) - julianday(e.first_seen_at)) * 24), 2) as mean_hours_behind
from firsts as f
inner join event_overview as e on f.event_id = e.event_id
where e.language_count >= 2 and e.first_seen_at >= datetime('now', '-90 days')
group by f.language
order by mean_hours_behind, f.language nulls last;
