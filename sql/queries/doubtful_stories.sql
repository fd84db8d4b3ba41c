-- question: Which stories of the last 30 days were judged with least certainty, and are worth a look?
-- about: stories
-- grain: one row per story whose probability is between 20 and 80 %
select
    story_id,
    story_at,
    level,
    round(score, 3) as score,
    language,
    outlet,
    title,
    url
from story_matches
where
    score between 0.2 and 0.8
    and story_at >= datetime('now', '-30 days')
    and corrected_level is null
order by abs(score - 0.5), story_id
limit 100;
