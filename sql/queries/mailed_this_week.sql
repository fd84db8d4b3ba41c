-- question: What was mailed in the last seven days, to whom, and why?
-- about: mails
-- grain: one row per event that a mail told of
-- caveat: `why` is the sentence of the mail, in its language; mails sent before November 2026 have none
-- params: days = 7, subscription = any
select
    sent_at,
    subscription,
    event_id,
    event_title,
    reason,
    why
from alert_log
where
    state = 'sent'
    and sent_at >= datetime('now', '-' || :days || ' days')
    and (:subscription = 'any' or subscription = :subscription)
order by sent_at desc, alert_id desc
limit 500;
