-- question: Where did reports of one event contradict each other in their figures in the last 90 days?
-- about: events
-- grain: one row per event, role and pair of values
select
    event_id,
    event_title,
    role,
    unit,
    written,
    outlet,
    against_written,
    against_outlet,
    ratio,
    against_at
from fact_contradictions
where against_at >= datetime('now', '-90 days')
order by against_at desc, event_id asc, role asc, value asc, against_value asc
limit 200;
