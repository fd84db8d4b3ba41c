-- question: Which feeds need a person: failing, gone, moved, or far below what is expected of them?
-- about: feeds
-- grain: one row per feed that is polled
select
    feed_id,
    title,
    state,
    failures_in_a_row,
    last_error,
    hours_since_success,
    per_day,
    expected_per_day
from feed_health
where
    is_enabled
    and (
        state in ('failing', 'gone', 'moved', 'lying')
        or hours_since_success > 72
        or (per_day is not null and per_day < 0.25 * expected_per_day)
    )
order by failures_in_a_row desc, feed_id asc;
