-- question: Which hosts failed in the last seven days, how, and what did it cost?
-- about: feeds
-- grain: one row per host and outcome
select
    host,
    outcome,
    cast(sum(fetch_count) as bigint) as fetch_count,
    round(cast(sum(fetch_count * mean_seconds) as double precision), 1) as seconds_spent,
    max(last_fetched_at) as last_fetched_at
from fetch_outcomes
where is_failure and day >= date('now', '-7 days')
group by host, outcome
order by fetch_count desc, host asc, outcome asc;
