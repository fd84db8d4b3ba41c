-- wrong: an alert that counts as sent, but no mail server or target took it
-- do: report it: the mark and the delivery are written in one transaction
select
    a.id as alert_id,
    a.event_id,
    a.sent_at
from alerts as a
where
    a.state = 'sent'
    and (
        a.sent_at is null
        or not exists (
            select 1
            from deliveries as d
            where d.alert_id = a.id and d.outcome = 'accepted'
        )
    )
order by a.id;
