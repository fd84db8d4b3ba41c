-- question: By feed, how long is it from publication to our sight, and from there to the first mail?
-- about: feeds
-- grain: one row per feed that brought a story of an event in the last 30 days, baselines left out
-- params: days = 30
select
    feed_id,
    feed_title,
    count(*) as story_count,
    round(avg(minutes_to_seen), 1) as mean_minutes_to_seen,
    max(minutes_to_seen) as longest_minutes_to_seen,
    round(avg(minutes_to_mail), 1) as mean_minutes_to_mail,
    max(minutes_to_mail) as longest_minutes_to_mail
from story_delays
where not is_baseline and seen_at >= datetime('now', '-' || :days || ' days')
group by feed_id, feed_title
order by mean_minutes_to_seen desc nulls last, feed_id asc;
