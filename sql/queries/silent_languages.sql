-- question: From which languages came no story in the last three days, although we read feeds in them?
-- about: languages
-- grain: one row per language
select
    language,
    story_count,
    outlet_count,
    last_story_at,
    round(julianday(current_timestamp) - julianday(last_story_at), 0) as days_silent
from language_coverage
where language not in ('und', 'waiting') and last_story_at < datetime('now', '-3 days')
order by last_story_at, language;
