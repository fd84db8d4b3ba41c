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
with claims as not materialized (
    select
        m.event_id,
        f.kind,
        f.role,
        f.unit,
        f.value,
        coalesce(f.upper_value, f.value) as high,
        count(distinct f.story_id) as story_count,
        min(s.story_at) as first_at
    from event_stories as m
    inner join facts as f on m.story_id = f.story_id
    inner join stories as s on m.story_id = s.id
    where m.copy_of is null and f.role <> '' and f.kind <> 'date' and f.value > 0
    group by m.event_id, f.kind, f.role, f.unit, f.value, coalesce(f.upper_value, f.value)
),

first_claims as not materialized (
    select
        claims.*,
        (
            select f.id
            from event_stories as m
            inner join facts as f on m.story_id = f.story_id
            inner join stories as s on m.story_id = s.id
            where
                m.event_id = claims.event_id
                and m.copy_of is null
                and f.kind = claims.kind
                and f.role = claims.role
                and f.unit = claims.unit
                and f.value = claims.value
                and coalesce(f.upper_value, f.value) = claims.high
            order by s.story_at, s.url_hash, f.id
            limit 1
        ) as fact_id
    from claims
),

paired as (
    select
        a.event_id,
        a.kind,
        a.role,
        a.unit,
        a.value,
        b.value as against_value,
        a.fact_id,
        b.fact_id as against_fact_id,
        a.high,
        b.high as against_high,
        a.story_count,
        b.story_count as against_story_count,
        b.first_at as against_at
    from first_claims as a
    inner join first_claims as b
        on
            a.event_id = b.event_id
            and a.kind = b.kind
            and a.role = b.role
            and a.unit = b.unit
            -- each pair once, the earlier side first; and at least 8 % apart, which most are not
            and (a.first_at < b.first_at or (a.first_at = b.first_at and a.fact_id < b.fact_id))
            and (a.value > b.high * 1.08 or b.value > a.high * 1.08)
),

measured as (
    select
        p.*,
        (
            select f.story_id
            from facts as f
            where f.id = p.fact_id
        ) as story_id,
        (
            select f.story_id
            from facts as f
            where f.id = p.against_fact_id
        ) as against_story_id,
        (
            select case when f.is_approximate then 0.10 else 0.02 end
            from facts as f
            where f.id = p.fact_id
        ) as slack,
        (
            select case when f.is_approximate then 0.10 else 0.02 end
            from facts as f
            where f.id = p.against_fact_id
        ) as against_slack
    from paired as p
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
    f.written,
    g.written as against_written,
    p.story_id,
    p.against_story_id,
    s.outlet,
    t.outlet as against_outlet,
    s.language,
    t.language as against_language,
    p.story_count,
    p.against_story_count,
    p.against_at
from measured as p
inner join events as e on p.event_id = e.id
left join facts as f on p.fact_id = f.id
left join facts as g on p.against_fact_id = g.id
left join stories as s on p.story_id = s.id
left join stories as t on p.against_story_id = t.id
where
    p.story_id <> p.against_story_id
    and (
        p.value * (1 - p.slack) - p.against_high * (1 + p.against_slack)
        > 0.08 * p.high * (1 + p.slack)
        or p.against_value * (1 - p.against_slack) - p.high * (1 + p.slack)
        > 0.08 * p.against_high * (1 + p.against_slack)
    );
