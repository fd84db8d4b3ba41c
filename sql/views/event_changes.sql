-- question: What changed in an event, when, and because of which story?
-- grain: one row per change of an event
-- caveat: a merge writes a line for both events; lines of the one that was merged away carry its old number.
-- since: changed_at
-- columns:
--   change_id integer: change
--   event_id integer: event, as numbered when it changed
--   standing_event_id integer: event that stands for it now
--   revision integer: revision that this change made
--   changed_at time: when
--   kind text: founded, joined, level, language, copy, merged, split, left, title or fact
--   story_id integer: story concerned
--   language text: detected language (BCP 47), und when unsure
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   title text: headline as a person would print it
--   other_event_id integer: other event concerned
--   detail json: what changed
create view event_changes as
select
    h.id as change_id,
    h.event_id,
    coalesce(e.merged_into, e.id) as standing_event_id,
    h.revision,
    h.at as changed_at,
    h.kind,
    h.story_id,
    s.language,
    s.outlet,
    s.title,
    h.other_event_id,
    h.detail
from event_history as h
inner join events as e on h.event_id = e.id
left join stories as s on h.story_id = s.id;
