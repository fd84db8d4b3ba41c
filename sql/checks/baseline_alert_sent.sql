-- wrong: an alert that was never to be sent, but was
-- do: report it, and tell the reader
select
    a.id as alert_id,
    a.event_id,
    a.state,
    a.sent_at
from alerts as a
where
    a.state = 'baseline'
    and (
        a.sent_at is not null
        or exists (
            select 1
            from deliveries as d
            where d.alert_id = a.id and d.outcome = 'accepted'
        )
    )
order by a.id;
