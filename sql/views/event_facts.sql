-- question: Which amounts and dates do the stories of an event state, and how many stories say each?
-- grain: one row per event and claim: an amount that stories state, rounding and wording apart
-- caveat: read by rules from headlines, summaries and texts, and merged by the one rule of page and mail; `role` is
--   what most outlets say it is for, empty where the texts leave it open. Values are in base units (USD, EUR, W, Wh);
--   dates are days. A copied story tells what its original tells and states nothing of its own.
-- since: last_at
-- columns:
--   event_id integer: event
--   kind text: money, energy, power, date or count
--   role text: raised, target, valuation, invested, capacity, …; empty = unclear
--   unit text: a currency, W, Wh, day, companies, …
--   value real: value in that unit; for dates, days since 1970-01-01
--   upper_value real: far end of a range
--   value_day date: the value as a day, for dates
--   is_approximate boolean: every story says about, nearly, up to
--   bound text: most where they say up to, least where they say over, empty otherwise
--   is_disputed boolean: other stories give another amount for the same
--   written text: as the first exact story writes it
--   story_count integer: stories that say it
--   independent_count integer: those that repeat no other one
--   language_count integer: languages that it is said in
--   place integer: rank in its event, from 0: what most stories tell
--   first_story_id integer: story that says it first
--   first_at time: its time
--   last_at time: time of the latest story that says it
create view event_facts as
select
    c.event_id,
    c.kind,
    c.role,
    c.unit,
    c.value,
    c.upper_value,
    case when c.kind = 'date' then date(c.value + 2440587.5) end as value_day,
    c.is_approximate,
    c.bound,
    (
        c.id in (select d.claim_id from disputes as d)
        or c.id in (select d.against_claim_id from disputes as d)
    ) as is_disputed,
    c.written,
    c.story_count,
    c.independent_count,
    c.language_count,
    c.place,
    c.first_story_id,
    c.first_at,
    c.last_at
from claims as c;
