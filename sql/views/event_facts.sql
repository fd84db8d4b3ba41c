-- question: Which amounts and dates do the stories of an event name, and how many stories say each?
-- grain: one row per event, kind, unit, role, value and far end of a range
-- caveat: read by rules from headlines, summaries and texts; `role` is empty where the text leaves it open. Values are
--   in base units (USD, EUR, W, Wh); dates are days.
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
--   written text: as the earliest story writes it
--   story_count integer: stories that say it
--   independent_count integer: those that repeat no other one
--   language_count integer: languages that it is said in
--   first_story_id integer: story that says it first
--   first_at time: its time
--   last_at time: time of the latest story that says it
create view event_facts as
with said as (
    select
        m.event_id,
        f.kind,
        f.role,
        f.unit,
        f.value,
        f.upper_value,
        f.is_approximate,
        f.written,
        f.story_id,
        s.story_at,
        s.language,
        m.copy_of,
        row_number() over (
            partition by m.event_id, f.kind, f.role, f.unit, f.value, f.upper_value
            order by s.story_at, f.story_id, f.id
        ) as place
    from facts as f
    inner join event_stories as m on f.story_id = m.story_id
    inner join stories as s on f.story_id = s.id
)

select
    event_id,
    kind,
    role,
    unit,
    value,
    upper_value,
    case when kind = 'date' then date(value + 2440587.5) end as value_day,
    (min(case when is_approximate then 1 else 0 end) = 1) as is_approximate,
    max(case when place = 1 then written end) as written,
    count(distinct story_id) as story_count,
    count(distinct case when copy_of is null then story_id end) as independent_count,
    count(distinct language) as language_count,
    max(case when place = 1 then story_id end) as first_story_id,
    min(story_at) as first_at,
    max(story_at) as last_at
from said
group by event_id, kind, role, unit, value, upper_value;
