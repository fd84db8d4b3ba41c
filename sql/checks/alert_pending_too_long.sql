-- wrong: an alert that should have gone out more than two hours ago
-- do: see whether `deliver` runs, and `newswatch alerts list --state pending` for what the mail server said
select
    a.id as alert_id,
    u.key as subscription,
    a.event_id,
    a.due_at,
    a.attempts
from alerts as a
inner join subscriptions as u on a.subscription_id = u.id
where a.state = 'pending' and a.due_at < datetime('now', '-2 hours')
order by a.due_at, a.id;
