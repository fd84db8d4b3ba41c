-- wrong: an event whose times are not those of its earliest and latest story
-- do: run `newswatch cluster`; when it stays, report it, the store is not consistent
with told as (
    select
        m.event_id,
        min(s.story_at) as first_at,
        max(s.story_at) as last_at
    from event_stories as m
    inner join stories as s on m.story_id = s.id
    group by m.event_id
)

select
    e.id as event_id,
    e.first_seen_at,
    t.first_at,
    e.last_seen_at,
    t.last_at
from events as e
inner join told as t on e.id = t.event_id
where e.merged_into is null and (e.first_seen_at <> t.first_at or e.last_seen_at <> t.last_at)
order by e.id;
