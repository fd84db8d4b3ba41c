-- question: How much electric power do events speak of, in megawatts?
-- about: events
-- example: of one storyline; write your own beside it
-- grain: one row per event, role and value
select
    f.event_id,
    e.title,
    f.role,
    round(f.value / 1000000, 1) as megawatts,
    f.written,
    f.story_count,
    f.first_at
from event_facts as f
inner join event_overview as e on f.event_id = e.event_id
where f.kind = 'power'
order by f.value desc, f.event_id asc, f.role asc
limit 200;
