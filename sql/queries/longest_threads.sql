-- question: Which threads ran longest, and how did each go on?
-- about: events
-- grain: one row per event of a thread of three events or more
with long as (
    select
        thread_id,
        count(*) as event_count
    from event_threads
    group by thread_id
    having count(*) >= 3
)

select
    t.thread_id,
    t.thread_title,
    x.event_count,
    t.event_id,
    t.first_seen_at,
    t.title,
    t.follows_id,
    t.step
from event_threads as t
inner join long as x on t.thread_id = x.thread_id
order by x.event_count desc, t.thread_id asc, t.first_seen_at asc, t.event_id asc;
