-- question: What led to one event, and what followed it?
-- about: events
-- grain: one row per event of its thread
-- params: event = 1
with its as (
    select thread_id
    from event_threads
    where event_id = :event
)

select
    t.first_seen_at,
    t.event_id,
    t.title,
    t.level,
    t.follows_id,
    t.step
from event_threads as t
inner join its as i on t.thread_id = i.thread_id
order by t.first_seen_at asc, t.event_id asc;
