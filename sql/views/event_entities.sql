-- question: Which entities does each event name?
-- grain: one row per event and entity that it names
-- caveat: in the order of the event, the most important first; an event that was merged away names nobody.
-- since: last_seen_at
-- columns:
--   event_id integer: event
--   entity_key text: entity
--   entity_name text: name of the entity
--   place integer: 1 for the most important
--   level integer: level of the event
--   first_seen_at time: time of its earliest story
--   last_seen_at time: time of its latest story
create view event_entities as
select
    e.id as event_id,
    n.value as entity_key,
    coalesce(x.name, n.value) as entity_name,
    cast(n.key + 1 as integer) as place,
    cast(e.level as integer) as level,
    e.first_seen_at,
    e.last_seen_at
from events as e
cross join json_each(e.entities) as n
left join entities as x on n.value = x.key
where e.merged_into is null;
