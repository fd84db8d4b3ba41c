-- wrong: a story in an event that was merged away
-- do: report it: a merge moves the stories in the same transaction
select
    m.story_id,
    m.event_id,
    e.merged_into
from event_stories as m
inner join events as e on m.event_id = e.id
where e.merged_into is not null
order by m.story_id;
