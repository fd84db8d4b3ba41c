-- wrong: a feed that is polled and was due more than a day ago
-- do: see whether `fetch` runs, and with which --limit
select
    id as feed_id,
    title,
    next_fetch_at,
    last_fetch_at,
    claimed_until
from feeds
where enabled and state <> 'gone' and next_fetch_at < datetime('now', '-1 days')
order by next_fetch_at, id;
