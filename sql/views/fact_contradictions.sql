-- question: Where do the stories of one event name amounts that cannot both be true?
-- grain: one row per event, kind, unit, role and pair of values that contradict
-- caveat: the rule of the mails: both amounts exact, each the only one that its story has for the role, told by two
--   outlets within three days, more than 8 % and at most 2.5 times apart, and no story of the event names both. Copies
--   do not count. Values close to one another are not folded here, so one disagreement can take several rows.
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
with pairs as (
    select
        m.event_id,
        f.kind,
        f.role,
        f.unit,
        f.value,
        g.value as against_value,
        f.written,
        g.written as against_written,
        f.id as fact_id,
        g.id as against_fact_id,
        f.story_id,
        g.story_id as against_story_id,
        s.outlet,
        t.outlet as against_outlet,
        s.language,
        t.language as against_language,
        s.story_at,
        t.story_at as against_at,
        f.upper_value,
        g.upper_value as against_upper_value,
        coalesce(f.upper_value, f.value) * case when f.is_approximate then 1.10 else 1.02 end as most,
        coalesce(g.upper_value, g.value) * case when g.is_approximate then 1.10 else 1.02 end as against_most,
        f.value * case when f.is_approximate then 0.90 else 0.98 end as least,
        g.value * case when g.is_approximate then 0.90 else 0.98 end as against_least
    from event_stories as m
    inner join stories as s on m.story_id = s.id
    inner join facts as f on m.story_id = f.story_id
    inner join event_stories as w on m.event_id = w.event_id
    inner join stories as t on w.story_id = t.id
    inner join facts as g
        on
            w.story_id = g.story_id
            and f.kind = g.kind
            and f.role = g.role
            and f.unit = g.unit
    where
        m.copy_of is null
        and w.copy_of is null
        -- of these an event has one each; of the others many parties have one, so they count in a headline only
        and (
            f.role in ('price', 'valuation', 'target', 'raised', 'capacity')
            or (
                f.role in ('invested', 'debt', 'cost', 'revenue', 'profit', 'loss', 'consumption')
                and f.part = 'title'
                and g.part = 'title'
            )
        )
        and f.kind <> 'date'
        and not f.is_approximate
        and not g.is_approximate
        and f.upper_value is null
        and g.upper_value is null
        and s.outlet <> t.outlet
        and abs(julianday(t.story_at) - julianday(s.story_at)) <= 3
        and f.value > 0
        and g.value > 0
        and f.story_id <> g.story_id
        and (s.story_at < t.story_at or (s.story_at = t.story_at and f.id < g.id))
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
    p.outlet,
    p.against_outlet,
    p.language,
    p.against_language,
    (
        select count(distinct x.story_id)
        from event_stories as n
        inner join facts as x on n.story_id = x.story_id
        where
            n.event_id = p.event_id
            and n.copy_of is null
            and x.kind = p.kind
            and x.role = p.role
            and x.unit = p.unit
            and x.value = p.value
            and coalesce(x.upper_value, x.value) = coalesce(p.upper_value, p.value)
    ) as story_count,
    (
        select count(distinct x.story_id)
        from event_stories as n
        inner join facts as x on n.story_id = x.story_id
        where
            n.event_id = p.event_id
            and n.copy_of is null
            and x.kind = p.kind
            and x.role = p.role
            and x.unit = p.unit
            and x.value = p.against_value
            and coalesce(x.upper_value, x.value) = coalesce(p.against_upper_value, p.against_value)
    ) as against_story_count,
    p.against_at
from pairs as p
inner join events as e on p.event_id = e.id
where
    (p.least - p.against_most > 0.08 * p.most or p.against_least - p.most > 0.08 * p.against_most)
    and p.value <= 2.5 * p.against_value
    and p.against_value <= 2.5 * p.value
    -- who has two amounts for one role, or names both amounts, tells two things apart
    and not exists (
        select 1
        from facts as x
        where
            x.story_id in (p.story_id, p.against_story_id)
            and x.kind = p.kind
            and x.role = p.role
            and x.unit = p.unit
            and x.value not in (p.value, p.against_value)
    )
    and not exists (
        select 1
        from event_stories as n
        inner join facts as x on n.story_id = x.story_id
        inner join facts as y on n.story_id = y.story_id
        where
            n.event_id = p.event_id
            and x.kind = p.kind
            and y.kind = p.kind
            and x.unit = p.unit
            and y.unit = p.unit
            and x.value = p.value
            and y.value = p.against_value
    )
    -- each value by the story that says it first
    and not exists (
        select 1
        from event_stories as n
        inner join facts as x on n.story_id = x.story_id
        inner join stories as y on n.story_id = y.id
        where
            n.event_id = p.event_id
            and n.copy_of is null
            and x.kind = p.kind
            and x.role = p.role
            and x.unit = p.unit
            and x.value = p.value
            and coalesce(x.upper_value, x.value) = coalesce(p.upper_value, p.value)
            and (y.story_at < p.story_at or (y.story_at = p.story_at and x.id < p.fact_id))
    )
    and not exists (
        select 1
        from event_stories as n
        inner join facts as x on n.story_id = x.story_id
        inner join stories as y on n.story_id = y.id
        where
            n.event_id = p.event_id
            and n.copy_of is null
            and x.kind = p.kind
            and x.role = p.role
            and x.unit = p.unit
            and x.value = p.against_value
            and coalesce(x.upper_value, x.value) = coalesce(p.against_upper_value, p.against_value)
            and (y.story_at < p.against_at or (y.story_at = p.against_at and x.id < p.against_fact_id))
    );
