-- question: Which amounts and dates were read from each story, and where do they stand in it?
-- grain: one row per quantity read from a story
-- caveat: values are in base units (the currency, W, Wh, days since 1970-01-01); offsets are into the part.
-- since: story_at
-- columns:
--   story_id integer: story
--   fact_id integer: fact
--   kind text: money, power, energy, count or date
--   value real: quantity, the lower end of a range
--   upper_value real: upper end of a range
--   unit text: ISO 4217 currency, W, Wh, d, or what is counted
--   role text: what it is for (raised, price, capacity …), empty when the text does not say
--   is_approximate boolean: the text says about, nearly, more than
--   part text: title, summary or text
--   start_offset integer: where it begins
--   end_offset integer: where it ends
--   written text: as written
--   story_at time: the story's time
--   language text: detected language (BCP 47), und when unsure
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   event_id integer: event
create view story_facts as
select
    f.story_id,
    f.id as fact_id,
    f.kind,
    f.value,
    f.upper_value,
    f.unit,
    f.role,
    f.is_approximate,
    f.part,
    f.start_offset,
    f.end_offset,
    f.written,
    s.story_at,
    s.language,
    s.outlet,
    m.event_id
from facts as f
inner join stories as s on f.story_id = s.id
left join event_stories as m on s.id = m.story_id;
