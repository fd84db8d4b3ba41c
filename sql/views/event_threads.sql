-- question: Which events make up one thread, from the first talks to the last ruling?
-- grain: one row per event that follows another one or is followed
-- caveat: a thread is named by the event that began it; an event that follows several stands where its nearest stands.
-- since: first_seen_at
-- columns:
--   thread_id integer: event that began the thread
--   thread_title text: its title
--   event_id integer: event of the thread
--   title text: its title
--   level integer: its level
--   first_seen_at time: time of its earliest story
--   follows_id integer: event that it follows; null = it began the thread
--   step integer: how many events stand between it and the beginning
create view event_threads as
with recursive nearest as (
    select
        event_id,
        follows_id
    from event_links
    where is_nearest
),

walked as (
    select
        a.follows_id as thread_id,
        a.follows_id as event_id,
        cast(null as bigint) as follows_id,
        0 as step
    from nearest as a
    left join nearest as b on a.follows_id = b.event_id
    where b.event_id is null
    union
    select
        w.thread_id,
        n.event_id,
        n.follows_id,
        w.step + 1 as step
    from walked as w
    inner join nearest as n on w.event_id = n.follows_id
)

select
    w.thread_id,
    t.title as thread_title,
    w.event_id,
    e.title,
    cast(e.level as integer) as level,
    e.first_seen_at,
    w.follows_id,
    w.step
from walked as w
inner join events as e on w.event_id = e.id
inner join events as t on w.thread_id = t.id;
