-- wrong: an event that changed more than six hours ago, and nobody decided yet who should hear of it
-- do: see whether the step alert runs
select
    id as event_id,
    revision,
    alerted_revision,
    updated_at
from events
where merged_into is null and revision > alerted_revision and updated_at < datetime('now', '-6 hours')
order by id;
