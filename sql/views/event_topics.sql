-- question: Which topics of the watchlist does each event belong to?
-- grain: one row per event and topic
-- since: last_seen_at
-- columns:
--   event_id integer: event
--   topic_key text: topic
--   level integer: level of the event
--   first_seen_at time: time of its earliest story
--   last_seen_at time: time of its latest story
create view event_topics as
select
    e.id as event_id,
    t.value as topic_key,
    cast(e.level as integer) as level,
    e.first_seen_at,
    e.last_seen_at
from events as e
cross join json_each(e.topics) as t
where e.merged_into is null;
