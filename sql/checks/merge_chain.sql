-- wrong: an event merged into itself, into a younger one, or into one that was merged away too
-- do: report it: old numbers no longer lead to the event that stands
select
    e.id as event_id,
    e.merged_into,
    t.merged_into as then_into
from events as e
inner join events as t on e.merged_into = t.id
where t.merged_into is not null or e.merged_into >= e.id
order by e.id;
