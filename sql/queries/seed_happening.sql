-- question: Where is the seeds' own happening told: which events, in which languages and countries?
-- about: events
-- grain: one row per event at level 3
select
    event_id,
    title,
    first_seen_at,
    last_seen_at,
    span_hours,
    story_count,
    languages,
    countries
from event_overview
where
    merged_into is null
    and level = 3
order by first_seen_at desc, event_id desc
limit 100;
