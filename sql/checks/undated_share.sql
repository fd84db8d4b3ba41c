-- wrong: a feed that brought at least 20 stories in seven days, more than half of them without a usable time
-- do: look at its dates with `newswatch explain`; its stories are ordered by when we saw them
select
    g.feed_id,
    count(*) as story_count,
    count(*) filter (where s.published_at is null) as undated_count
from sightings as g
inner join stories as s on g.story_id = s.id
where g.seen_at >= datetime('now', '-7 days') and s.first_feed_id = g.feed_id
group by g.feed_id
having count(*) >= 20 and count(*) < 2 * count(*) filter (where s.published_at is null)
order by g.feed_id;
