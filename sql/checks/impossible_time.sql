-- wrong: a story from the future, or one whose time is not the earlier of claimed and seen
-- do: see the feed's dates with `newswatch explain`; report it, absurd dates are kept out when parsing
select
    id as story_id,
    published_at,
    seen_at,
    story_at
from stories
where
    story_at > seen_at
    or story_at > coalesce(published_at, story_at)
    or (story_at <> seen_at and (published_at is null or story_at <> published_at))
    or seen_at > datetime('now', '+1 hours')
order by id;
