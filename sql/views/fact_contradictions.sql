-- question: Where do the stories of one event name amounts that cannot both be true?
-- grain: one row per event, kind, unit, role and pair of values that contradict
-- caveat: the same rule as in the mails: same kind, unit and role, further apart than rounding (2 %, about: 10 %) by
--   more than 8 %. Copies do not count, nor dates, nor facts without a role. Values close to one another are not folded
--   here, so one disagreement can take several rows.
-- since: against_at
-- columns:
--   event_id integer: event
--   event_title text: its title
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
        row_number() over (
            partition by m.event_id, f.kind, f.role, f.unit, f.value, f.upper_value
            order by s.story_at, s.url_hash, f.id
        ) as place
    from facts as f
    inner join event_stories as m on f.story_id = m.story_id
    inner join stories as s on f.story_id = s.id
    where m.copy_of is null and f.role <> '' and f.kind <> 'date'
),

claims as (
    select
        event_id,
        kind,
        role,
        unit,
        value,
        coalesce(upper_value, value) as high,
        count(distinct story_id) as story_count,
        min(story_at) as first_at,
        max(case when place = 1 then story_id end) as first_story_id,
        max(case when place = 1 then written end) as written,
        max(case when place = 1 and is_approximate then 0.10 else 0.02 end) as slack
    from said
    group by event_id, kind, role, unit, value, upper_value
),

paired as (
    select
        a.event_id,
        a.kind,
        a.role,
        a.unit,
        a.value,
        b.value as against_value,
        a.written,
        b.written as against_written,
        a.first_story_id as story_id,
        b.first_story_id as against_story_id,
        a.story_count,
        b.story_count as against_story_count,
        b.first_at as against_at,
        -- how far apart what the two admit is, and the 8 % of the larger that it must exceed
        case
            when a.value > b.value then a.value * (1 - a.slack) - b.high * (1 + b.slack)
            else b.value * (1 - b.slack) - a.high * (1 + a.slack)
        end as gap,
        0.08 * case
            when a.high * (1 + a.slack) > b.high * (1 + b.slack) then a.high * (1 + a.slack)
            else b.high * (1 + b.slack)
        end as allowed
    from claims as a
    inner join claims as b
        on
            a.event_id = b.event_id
            and a.kind = b.kind
            and a.role = b.role
            and a.unit = b.unit
            and a.first_story_id <> b.first_story_id
            and (a.first_at < b.first_at or (a.first_at = b.first_at and a.first_story_id < b.first_story_id))
)

select
    p.event_id,
    e.title as event_title,
    p.kind,
    p.role,
    p.unit,
    p.value,
    p.against_value,
    round(
        case when p.value > p.against_value then p.value / p.against_value else p.against_value / p.value end, 2
    ) as ratio,
    p.written,
    p.against_written,
    p.story_id,
    p.against_story_id,
    s.outlet,
    t.outlet as against_outlet,
    s.language,
    t.language as against_language,
    p.story_count,
    p.against_story_count,
    p.against_at
from paired as p
inner join events as e on p.event_id = e.id
inner join stories as s on p.story_id = s.id
inner join stories as t on p.against_story_id = t.id
where p.gap > p.allowed and p.value > 0 and p.against_value > 0;
