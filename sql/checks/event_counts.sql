-- wrong: an event whose counts differ from its stories
-- do: run `newswatch cluster`; when it stays, `newswatch events show` and report it, the store is not consistent
with told as (
    select
        m.event_id,
        count(*) as story_count,
        count(distinct coalesce(s.language, 'und')) as language_count,
        count(distinct case when m.copy_of is null then s.outlet end) as independent_count,
        count(distinct case when s.outlet <> '' then s.outlet end) as outlet_count
    from event_stories as m
    inner join stories as s on m.story_id = s.id
    group by m.event_id
)

select
    e.id as event_id,
    e.story_count,
    coalesce(t.story_count, 0) as stories_found,
    e.language_count,
    coalesce(t.language_count, 0) as languages_found,
    e.independent_count,
    coalesce(t.independent_count, 0) as independent_found,
    e.outlet_count,
    coalesce(t.outlet_count, 0) as outlets_found
from events as e
left join told as t on e.id = t.event_id
where
    e.merged_into is null
    and (
        e.story_count <> coalesce(t.story_count, 0)
        or (
            e.story_count > 0
            and (
                e.language_count <> t.language_count
                or e.independent_count <> t.independent_count
                or e.outlet_count <> t.outlet_count
            )
        )
    )
order by e.id;
