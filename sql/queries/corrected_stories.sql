-- question: Where did a person correct the level that a story was given?
-- about: stories
-- grain: one row per story that a person labelled otherwise than it was judged
select
    story_id,
    level,
    corrected_level,
    round(score, 3) as score,
    language,
    title,
    entities
from story_matches
where corrected_level is not null and corrected_level <> level
order by story_id;
