-- question: Which headlines were changed in the last 30 days, from what to what?
-- about: stories
-- grain: one row per change
-- params: days = 30
select
    changed_at,
    outlet,
    former_title,
    new_title,
    minutes_after_seen,
    level,
    event_id,
    story_id
from title_changes
where changed_at >= datetime('now', '-' || :days || ' days')
order by changed_at desc, change_id desc;
