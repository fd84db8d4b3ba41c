-- question: Which outlet tells an event first, and by how much?
-- grain: one row per event and outlet that told it
-- caveat: times are what feeds claim, never later than when newswatch saw the story; feeds that give no time count from
--   when they were read, and so look slow. An event of a single outlet has no `hours_ahead`.
-- since: reported_at
-- columns:
--   event_id integer: event
--   event_level integer: level of the event
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   story_id integer: its first story on the event
--   language text: language of that story
--   country text: country of the feed that brought it first
--   reported_at time: time of that story
--   story_count integer: stories of this outlet on the event
--   place integer: 1 = the first outlet; outlets of the same moment share a place
--   outlet_count integer: outlets that told the event
--   is_first boolean: nobody was earlier
--   hours_behind real: hours after the first outlet
--   hours_ahead real: hours before the second outlet, for the first one
create view source_speed as
with told as (
    select
        m.event_id,
        s.outlet,
        s.id as story_id,
        s.language,
        s.country,
        s.story_at,
        count(*) over (partition by m.event_id, s.outlet) as story_count,
        row_number() over (partition by m.event_id, s.outlet order by s.story_at, s.id) as place_in_outlet
    from event_stories as m
    inner join stories as s on m.story_id = s.id
    where s.outlet <> ''
),

firsts as (
    select
        event_id,
        outlet,
        story_id,
        language,
        country,
        story_at,
        story_count,
        rank() over (partition by event_id order by story_at) as place,
        row_number() over (partition by event_id order by story_at, story_id) as line,
        count(*) over (partition by event_id) as outlet_count,
        min(story_at) over (partition by event_id) as first_at,
        lead(story_at) over (partition by event_id order by story_at, story_id) as next_at
    from told
    where place_in_outlet = 1
)

select
    f.event_id,
    cast(e.level as integer) as event_level,
    f.outlet,
    f.story_id,
    f.language,
    f.country,
    f.story_at as reported_at,
    f.story_count,
    f.place,
    f.outlet_count,
    (f.place = 1) as is_first,
    round((julianday(f.story_at) - julianday(f.first_at)) * 24, 2) as hours_behind,
    case when f.line = 1 then round((julianday(f.next_at) - julianday(f.story_at)) * 24, 2) end as hours_ahead
from firsts as f
inner join events as e on f.event_id = e.id;
