-- question: Is each feed alive, and does it bring what is expected of it?
-- grain: one row per feed
-- caveat: numbers are of the last 7 days up to now; stories of a feed's first body are left out of them. A feed that
--   only repeats what others brought first has stories, but no first ones.
-- columns:
--   feed_id integer: feed
--   title text: name for people
--   url text: address that is polled
--   host text: its host
--   language text: language that the watch folder names
--   country text: country of the outlet
--   is_enabled boolean: it is polled
--   state text: new, ok, quiet, slow, failing, moved, gone or lying
--   state_since_at time: since when
--   interval_hours real: hours between fetches, adapted to how often it brings something
--   expected_per_day real: new stories a day that the watch folder expects
--   story_count integer: stories that it carried in the last 7 days
--   first_count integer: those that it was the first to bring
--   undated_count integer: those without a usable time
--   per_day real: stories a day in the last 7 days, or since it was first read
--   fetch_count integer: fetches in the last 7 days
--   failed_count integer: those that brought neither a body nor a 304
--   failed_share real: their share, 0..1
--   failures_in_a_row integer: failures since the last success
--   last_error text: what went wrong last in these days
--   last_fetch_at time: last attempt
--   last_success_at time: last attempt that brought a body or a 304
--   last_new_at time: last fetch that brought a new story
--   next_fetch_at time: when it is due
--   hours_since_success real: hours since the last success
--   hours_since_new real: hours since the last new story
--   first_fetched_at time: first success
create view feed_health as
with carried as (
    select
        g.feed_id,
        count(*) as story_count,
        count(*) filter (where s.first_feed_id = g.feed_id) as first_count,
        count(*) filter (where s.published_at is null) as undated_count
    from feeds as x
    inner join sightings as g on x.id = g.feed_id
    inner join stories as s on g.story_id = s.id
    where g.seen_at >= datetime('now', '-7 days') and not s.baseline
    group by g.feed_id
),

asked as (
    select
        t.feed_id,
        count(*) as fetch_count,
        count(*) filter (where t.outcome not in ('new', 'unchanged')) as failed_count,
        max(case when t.error is not null then t.id end) as last_failed_id
    from feeds as x
    inner join fetches as t on x.id = t.feed_id
    where t.fetched_at >= datetime('now', '-7 days')
    group by t.feed_id
)

select
    f.id as feed_id,
    f.title,
    f.url,
    f.host,
    f.language,
    f.country,
    f.enabled as is_enabled,
    f.state,
    f.state_since as state_since_at,
    round(f.interval_s / 3600, 2) as interval_hours,
    f.expected_per_day,
    coalesce(c.story_count, 0) as story_count,
    coalesce(c.first_count, 0) as first_count,
    coalesce(c.undated_count, 0) as undated_count,
    case
        when f.first_fetched_at is null then null
        when julianday(current_timestamp) - julianday(f.first_fetched_at) >= 7
            then round(cast(coalesce(c.story_count, 0) as double precision) / 7, 2)
        when julianday(current_timestamp) - julianday(f.first_fetched_at) >= 1
            then round(coalesce(c.story_count, 0) / (julianday(current_timestamp) - julianday(f.first_fetched_at)), 2)
    end as per_day,
    coalesce(a.fetch_count, 0) as fetch_count,
    coalesce(a.failed_count, 0) as failed_count,
    round(cast(a.failed_count as double precision) / a.fetch_count, 3) as failed_share,
    f.failure_count as failures_in_a_row,
    t.error as last_error,
    f.last_fetch_at,
    f.last_success_at,
    f.last_new_at,
    f.next_fetch_at,
    round((julianday(current_timestamp) - julianday(f.last_success_at)) * 24, 1) as hours_since_success,
    round((julianday(current_timestamp) - julianday(f.last_new_at)) * 24, 1) as hours_since_new,
    f.first_fetched_at
from feeds as f
left join carried as c on f.id = c.feed_id
left join asked as a on f.id = a.feed_id
left join fetches as t on a.last_failed_id = t.id;
