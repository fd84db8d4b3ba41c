-- wrong: an alert of the last 30 days that was given up
-- do: mend the address or the mail server, then `newswatch alerts requeue`
select
    a.id as alert_id,
    u.key as subscription,
    a.event_id,
    a.created_at,
    a.attempts
from alerts as a
inner join subscriptions as u on a.subscription_id = u.id
where a.state = 'dead' and a.created_at >= datetime('now', '-30 days')
order by a.id;
