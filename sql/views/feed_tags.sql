-- question: Which tags does the watch folder give each feed?
-- grain: one row per feed and tag
-- columns:
--   feed_id integer: feed
--   feed_title text: name of the feed
--   tag text: tag from feeds.toml
--   is_enabled boolean: the feed is polled
create view feed_tags as
select
    f.id as feed_id,
    f.title as feed_title,
    t.value as tag,
    f.enabled as is_enabled
from feeds as f
cross join json_each(f.tags) as t;
