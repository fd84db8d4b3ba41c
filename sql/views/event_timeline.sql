-- question: How did the telling of an event grow, day by day?
-- grain: one row per event and day (UTC) on which a story told it
-- caveat: days without a story have no row. The first story of a language counts on the day that it claims to be from,
--   even when newswatch saw it later.
-- since: day
-- columns:
--   event_id integer: event
--   day date: day of the stories (UTC)
--   story_count integer: stories of that day
--   independent_count integer: outlets of those that repeat no other one
--   language_count integer: languages of that day
--   outlet_count integer: outlets of that day
--   new_language_count integer: languages that told it for the first time
--   first_story_at time: earliest story of that day
--   last_story_at time: latest story of that day
--   total_story_count integer: stories up to and including that day
--   total_language_count integer: languages up to and including that day
create view event_timeline as
with days as (
    select
        m.event_id,
        date(s.story_at) as day,
        count(*) as story_count,
        count(distinct case when m.copy_of is null then s.outlet end) as independent_count,
        count(distinct s.language) as language_count,
        count(distinct s.outlet) as outlet_count,
        min(s.story_at) as first_story_at,
        max(s.story_at) as last_story_at
    from event_stories as m
    inner join stories as s on m.story_id = s.id
    group by m.event_id, date(s.story_at)
),

grown as (
    select
        days.*,
        (
            select count(*)
            from (
                select min(s.story_at) as told_at
                from event_stories as m
                inner join stories as s on m.story_id = s.id
                where m.event_id = days.event_id and s.language is not null
                group by s.language
            ) as first_told
            where date(first_told.told_at) = days.day
        ) as new_language_count
    from days
)

select
    event_id,
    day,
    story_count,
    independent_count,
    language_count,
    outlet_count,
    new_language_count,
    first_story_at,
    last_story_at,
    cast(sum(story_count) over (partition by event_id order by day) as bigint) as total_story_count,
    cast(sum(new_language_count) over (partition by event_id order by day) as bigint) as total_language_count
from grown;
