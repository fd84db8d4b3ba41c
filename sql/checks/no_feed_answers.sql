-- wrong: half of the feeds and more failed since any feed answered: it is not the feeds
-- do: run `newswatch feeds check`, which names the common cause and the setting that cures it
with failed as (
    select
        feed_id,
        outcome,
        error
    from fetches
    where fetched_at > coalesce(
        (select max(fetched_at) from fetches where outcome in ('new', 'unchanged')), datetime('now', '-9999 days')
    )
)
select
    outcome,
    count(distinct feed_id) as feed_count,
    max(error) as example
from failed
where (select count(distinct f.feed_id) from failed as f) * 2 >= (
    select count(*) from feeds where enabled and state <> 'gone'
)
group by outcome
order by feed_count desc, outcome;
