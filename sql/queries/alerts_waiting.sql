-- question: Which alerts wait or were given up, since when, and why?
-- about: mails
-- grain: one row per alert that is pending or dead
select
    alert_id,
    subscription,
    event_id,
    event_level,
    reason,
    state,
    created_at,
    attempts,
    last_outcome,
    last_code
from alert_log
where state in ('pending', 'dead')
order by created_at, alert_id;
