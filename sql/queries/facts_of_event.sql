-- question: Which amounts does each story of one event state, and in which words?
-- about: events
-- grain: one row per quantity read from a story of the event
-- params: event = 1
select
    story_at,
    outlet,
    language,
    kind,
    role,
    value,
    unit,
    written,
    part,
    story_id
from story_facts
where event_id = :event
order by story_at asc, story_id asc, fact_id asc;
