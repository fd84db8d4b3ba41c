-- wrong: a copy whose original is in another event, is itself a copy, or is the same story
-- do: run `newswatch cluster`; when it stays, report it
select
    m.story_id,
    m.event_id,
    m.copy_of,
    o.event_id as original_event_id,
    o.copy_of as original_copy_of
from event_stories as m
left join event_stories as o on m.copy_of = o.story_id
where
    m.copy_of is not null
    and (o.story_id is null or o.event_id <> m.event_id or o.copy_of is not null or m.copy_of = m.story_id)
order by m.story_id;
