-- wrong: half of the feeds and more failed since any feed answered: it is not the feeds
-- do: run `newswatch feeds check`, which names the common cause and the setting that cures it
with answered as (
    select coalesce(max(f.fetched_at), datetime('now', '-9999 days')) as last_at
    from fetches as f
    where f.outcome in ('new', 'unchanged')
),

failed as (
    select
        f.feed_id,
        f.outcome,
        f.error
    from fetches as f
    cross join answered as a
    where f.fetched_at > a.last_at
),

counted as (
    select
        count(*) as feed_count,
        (select count(distinct x.feed_id) from failed as x) as failed_count
    from feeds as y
    where y.enabled and y.state <> 'gone'
)

select
    t.outcome,
    count(distinct t.feed_id) as feed_count,
    max(t.error) as example
from failed as t
cross join counted as n
where n.failed_count * 2 >= n.feed_count
group by t.outcome
order by feed_count desc, t.outcome asc;
