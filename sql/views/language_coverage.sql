-- question: Which languages do we read, and what does each bring to the storyline?
-- grain: one row per detected language
-- caveat: `waiting` stands for stories whose language is not detected yet, `und` for those too short or unclear.
-- columns:
--   language text: BCP 47 tag, und or waiting
--   story_count integer: stories in it
--   matched_count integer: those at level 1 and above
--   matched_share real: their share, 0..1
--   subject_count integer: stories at level 2
--   seed_count integer: stories at level 3
--   event_count integer: events told in it
--   only_here_count integer: events told in no other language
--   outlet_count integer: outlets that write in it
--   feed_count integer: feeds that brought its stories first
--   doubtful_count integer: stories whose language is less than 80 % sure
--   first_story_at time: earliest story
--   last_story_at time: latest story
create view language_coverage as
with parts as (
    -- one row per language, outlet and feed first: counting distinct values over all stories would sort them all
    select
        coalesce(language, 'waiting') as language,
        outlet,
        first_feed_id,
        count(*) as story_count,
        count(*) filter (where language_confidence < 0.8) as doubtful_count,
        min(story_at) as first_story_at,
        max(story_at) as last_story_at
    from stories
    group by coalesce(language, 'waiting'), outlet, first_feed_id
),

read_in as (
    select
        language,
        cast(sum(story_count) as bigint) as story_count,
        count(distinct outlet) as outlet_count,
        count(distinct first_feed_id) as feed_count,
        cast(sum(doubtful_count) as bigint) as doubtful_count,
        min(first_story_at) as first_story_at,
        max(last_story_at) as last_story_at
    from parts
    group by language
),

ours as (
    select
        coalesce(s.language, 'waiting') as language,
        count(*) as matched_count,
        count(*) filter (where j.level = 2) as subject_count,
        count(*) filter (where j.level = 3) as seed_count
    from matches as j
    inner join stories as s on j.story_id = s.id
    where j.is_current and j.level >= 1
    group by coalesce(s.language, 'waiting')
),

told as (
    select
        coalesce(s.language, 'waiting') as language,
        count(distinct m.event_id) as event_count,
        count(distinct case when e.language_count = 1 then m.event_id end) as only_here_count
    from event_stories as m
    inner join stories as s on m.story_id = s.id
    inner join events as e on m.event_id = e.id
    group by coalesce(s.language, 'waiting')
)

select
    r.language,
    r.story_count,
    coalesce(o.matched_count, 0) as matched_count,
    round(cast(coalesce(o.matched_count, 0) as double precision) / r.story_count, 4) as matched_share,
    coalesce(o.subject_count, 0) as subject_count,
    coalesce(o.seed_count, 0) as seed_count,
    coalesce(t.event_count, 0) as event_count,
    coalesce(t.only_here_count, 0) as only_here_count,
    r.outlet_count,
    r.feed_count,
    r.doubtful_count,
    r.first_story_at,
    r.last_story_at
from read_in as r
left join ours as o on r.language = o.language
left join told as t on r.language = t.language;
