-- question: Which languages do we read, and what share of each is for us?
-- about: languages
-- grain: one row per language
-- chart: bar language matched_count
select
    language,
    story_count,
    matched_count,
    matched_share,
    event_count,
    only_here_count,
    outlet_count,
    last_story_at
from language_coverage
order by story_count desc, language asc;
