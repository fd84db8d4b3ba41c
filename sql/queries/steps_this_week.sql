-- question: How often did each step run in the last seven days, how long did it take, and what failed?
-- about: job
-- grain: one row per step
select
    step,
    count(*) as run_count,
    round(avg(seconds), 2) as mean_seconds,
    round(max(seconds), 2) as longest_seconds,
    cast(sum(done_count) as bigint) as done_count,
    cast(sum(failed_count) as bigint) as failed_count,
    max(started_at) as last_started_at
from pipeline_runs
where started_at >= datetime('now', '-7 days')
group by step
order by step;
