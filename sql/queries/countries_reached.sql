-- question: In which countries was the storyline told in the last 30 days, and at which level?
-- about: outlets
-- grain: one row per country
-- chart: bar country story_count
select
    country,
    count(*) as story_count,
    count(*) filter (where level = 3) as seed_count,
    count(*) filter (where level = 2) as subject_count,
    count(distinct outlet) as outlet_count,
    count(distinct event_id) as event_count
from story_matches
where level >= 1 and story_at >= datetime('now', '-30 days')
group by country
order by story_count desc, country asc nulls last;
