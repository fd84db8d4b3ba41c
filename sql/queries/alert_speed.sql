-- question: How soon after an event was founded did each reader hear of it?
-- about: mails
-- grain: one row per subscription
select
    subscription,
    count(*) as sent_count,
    round(avg(minutes_since_event), 1) as mean_minutes_since_event,
    max(minutes_to_send) as longest_minutes_to_send,
    count(*) filter (where attempts > 1) as retried_count,
    max(sent_at) as last_sent_at
from alert_log
where state = 'sent' and reason = 'new' and revision = 0
group by subscription
order by subscription;
