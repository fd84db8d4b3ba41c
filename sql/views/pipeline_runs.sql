-- question: When did each step run, what did it do, and how long did it take?
-- grain: one row per run of a step
-- caveat: `started_at` is the time that the run took as its now; a step that was killed leaves no row.
-- since: started_at
-- columns:
--   run_id integer: run
--   step text: sync, fetch, parse, detect, match, enrich, cluster, alert, deliver, checks, prune, …
--   started_at time: when
--   seconds real: duration
--   seen_count integer: things looked at
--   done_count integer: things done
--   skipped_count integer: things left alone on purpose
--   failed_count integer: things that failed and were stored as such
--   is_clean boolean: nothing failed
--   per_second real: things done a second
--   minutes_since_previous real: minutes since the step ran before
--   detail json: more counts
create view pipeline_runs as
select
    r.id as run_id,
    r.step,
    r.started_at,
    round(r.seconds, 3) as seconds,
    r.seen as seen_count,
    r.done as done_count,
    r.skipped as skipped_count,
    r.failed as failed_count,
    (r.failed = 0) as is_clean,
    case when r.seconds > 0 then round(r.done / r.seconds, 1) end as per_second,
    round(
        (
            julianday(r.started_at)
            - julianday(lag(r.started_at) over (partition by r.step order by r.started_at, r.id))
        ) * 1440, 1
    ) as minutes_since_previous,
    r.detail
from runs as r;
