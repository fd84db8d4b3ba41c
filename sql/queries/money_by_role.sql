-- question: Which sums of money are raised, planned, invested or paid, and how many stories say so?
-- about: events
-- example: of one storyline; write your own beside it
-- grain: one row per event, role, currency and value
select
    f.event_id,
    e.title,
    f.role,
    f.unit,
    f.value,
    f.written,
    f.independent_count,
    f.language_count
from event_facts as f
inner join event_overview as e on f.event_id = e.event_id
where f.kind = 'money' and f.role <> ''
order by f.independent_count desc, f.value desc, f.event_id asc, f.role asc
limit 200;
