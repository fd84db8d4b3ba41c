-- question: Which event numbers turned out to be another event?
-- about: events
-- grain: one row per event that was merged away
select
    e.event_id,
    e.title,
    e.merged_into,
    s.title as standing_title,
    e.updated_at
from event_overview as e
inner join event_overview as s on e.merged_into = s.event_id
order by e.event_id;
