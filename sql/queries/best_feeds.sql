-- question: Which feeds bring the stories that end up in events, and how many do they bring first?
-- grain: one row per feed that brought a story of an event
-- chart: bar title story_count
select
    h.feed_id,
    h.title,
    h.language,
    count(*) as story_count,
    count(*) filter (where f.how = 'found') as founding_count,
    count(distinct f.event_id) as event_count
from event_stories_flat as f
inner join feed_health as h on f.feed_id = h.feed_id
group by h.feed_id, h.title, h.language
order by story_count desc, h.feed_id asc
limit 100;
