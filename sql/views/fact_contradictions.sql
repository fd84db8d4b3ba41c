-- question: Where do the stories of one event name amounts that cannot both be true?
-- grain: one row per event, kind, unit, role and pair of values that contradict
-- caveat: the rule of page and mail, and no other: both amounts exact, each the only one that its story has for the
--   role, told by two outlets within three days, more than 8 % and at most 2.5 times apart, and no story of the event
--   names both. Copies do not count.
-- since: against_at
-- columns:
--   event_id integer: event
--   event_title text: title of the event
--   kind text: money, energy, power or count
--   role text: raised, target, valuation, …
--   unit text: unit of both values
--   value real: what the earlier story says
--   against_value real: what the later story says
--   ratio real: the larger value divided by the smaller one
--   written text: as the earlier story writes it
--   against_written text: as the later story writes it
--   story_id integer: earliest story that says `value`
--   against_story_id integer: earliest story that says `against_value`
--   outlet text: outlet of the earlier story
--   against_outlet text: outlet of the later story
--   language text: language of the earlier story
--   against_language text: language of the later story
--   story_count integer: stories that say `value`
--   against_story_count integer: stories that say `against_value`
--   against_at time: when the contradiction came up
create view fact_contradictions as
select
    d.event_id,
    e.title as event_title,
    c.kind,
    d.role,
    c.unit,
    d.value,
    d.against_value,
    round(
        case when d.value > d.against_value then d.value / d.against_value else d.against_value / d.value end, 2
    ) as ratio,
    d.written,
    d.against_written,
    d.story_id,
    d.against_story_id,
    s.outlet,
    t.outlet as against_outlet,
    s.language,
    t.language as against_language,
    c.story_count,
    a.story_count as against_story_count,
    d.disputed_at as against_at
from disputes as d
inner join claims as c on d.claim_id = c.id
inner join claims as a on d.against_claim_id = a.id
inner join events as e on d.event_id = e.id
inner join stories as s on d.story_id = s.id
inner join stories as t on d.against_story_id = t.id;
