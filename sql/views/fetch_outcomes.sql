-- question: How did fetching go, day by day and feed by feed?
-- grain: one row per day (UTC), feed and outcome
-- caveat: fetches older than the retention are pruned (`newswatch prune`), so early days may be missing.
-- since: day
-- columns:
--   day date: day of the fetches (UTC)
--   feed_id integer: feed
--   feed_title text: name of the feed
--   host text: its host
--   outcome text: new, unchanged, or what went wrong: timeout, dns, http-error, not-a-feed, …
--   is_failure boolean: brought neither a body nor a 304
--   fetch_count integer: fetches that ended so
--   mean_seconds real: their mean duration
--   slowest_seconds real: the longest duration
--   size_bytes integer: bytes of their bodies in all
--   last_fetched_at time: the latest of them
create view fetch_outcomes as
select
    date(t.fetched_at) as day,
    t.feed_id,
    f.title as feed_title,
    f.host,
    t.outcome,
    t.outcome not in ('new', 'unchanged') as is_failure,
    count(*) as fetch_count,
    round(avg(t.seconds), 3) as mean_seconds,
    round(max(t.seconds), 3) as slowest_seconds,
    cast(sum(t.size) as bigint) as size_bytes,
    max(t.fetched_at) as last_fetched_at
from fetches as t
inner join feeds as f on t.feed_id = f.id
group by date(t.fetched_at), t.feed_id, f.title, f.host, t.outcome;
