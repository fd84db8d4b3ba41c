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
--   independent_count integer: outlets of those that repeat no other one
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
        min(case when f.is_approximate then 1 else 0 end) as is_approximate,
        count(distinct f.story_id) as story_count,
        count(distinct case when m.copy_of is null then s.outlet end) as independent_count,
        count(distinct s.language) as language_count,
        min(s.story_at) as first_at,
        max(s.story_at) as last_at
    from event_stories as m
    inner join facts as f on m.story_id = f.story_id
    inner join stories as s on m.story_id = s.id
    group by m.event_id, f.kind, f.role, f.unit, f.value, f.upper_value
),

first_said as (
    select
        said.*,
        (
            select f.id
            from event_stories as m
            inner join facts as f on m.story_id = f.story_id
            inner join stories as s on m.story_id = s.id
            where
                m.event_id = said.event_id
                and f.kind = said.kind
                and f.role = said.role
                and f.unit = said.unit
                and f.value = said.value
                and coalesce(f.upper_value, -1) = coalesce(said.upper_value, -1)
            order by s.story_at, f.story_id, f.id
            limit 1
        ) as first_fact_id
    from said
)

select
    x.event_id,
    x.kind,
    x.role,
    x.unit,
    x.value,
    x.upper_value,
    case when x.kind = 'date' then date(x.value + 2440587.5) end as value_day,
    (x.is_approximate = 1) as is_approximate,
    (
        select f.written
        from facts as f
        where f.id = x.first_fact_id
    ) as written,
    x.story_count,
    x.independent_count,
    x.language_count,
    (
        select f.story_id
        from facts as f
        where f.id = x.first_fact_id
    ) as first_story_id,
    x.first_at,
    x.last_at
from first_said as x;
