-- question: Where do reports of one event contradict each other in their figures?
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
order by against_at desc, event_id asc, role asc, value asc, against_value asc
limit 200;
