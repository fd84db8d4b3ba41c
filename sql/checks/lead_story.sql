-- wrong: a standing event whose title comes from a story that is not, or no longer, in it
-- do: run `newswatch cluster`; when it stays, report it
select
    e.id as event_id,
    e.lead_story_id,
    m.event_id as story_is_in
from events as e
left join event_stories as m on e.lead_story_id = m.story_id
where e.merged_into is null and e.story_count > 0 and (m.event_id is null or m.event_id <> e.id)
order by e.id;
