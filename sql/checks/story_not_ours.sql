-- wrong: a story that has been in an event for a day although its judgement says that it is not for us
-- do: run `newswatch cluster`; when it stays, report it
select
    m.story_id,
    m.event_id,
    j.level,
    j.matched_at
from event_stories as m
left join matches as j on m.story_id = j.story_id and j.is_current
where j.id is null or (j.level = 0 and j.matched_at < datetime('now', '-1 days'))
order by m.story_id;
