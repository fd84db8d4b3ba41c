-- question: Who was told of which event, when, and how long did it take?
-- grain: one row per alert: one event owed to one subscription for one reason
-- caveat: names and addresses of readers are not here, nor what mail servers answered, which may quote them. `event_id`
--   is the event as it stands now; `alerted_event_id` is the one that was told of.
-- since: created_at
-- columns:
--   alert_id integer: alert
--   subscription text: key of the subscription
--   event_id integer: event as it stands
--   alerted_event_id integer: event that was told of
--   event_title text: title of the event
--   event_level integer: level of the event
--   reason text: new, update, correction or grew (the digest of what also grew)
--   revision integer: content version: 0 for new, the event's revision otherwise
--   state text: pending, sent, dead, baseline (never to be sent) or cancelled
--   created_at time: when it was decided
--   due_at time: when it may be sent
--   sent_at time: when the mail server accepted it
--   minutes_to_send real: minutes from the decision to the sending
--   minutes_since_event real: minutes from the founding of the event to the sending
--   attempts integer: deliveries tried
--   is_digest boolean: several alerts share one mail
--   last_channel text: channel of the last delivery: smtp, file or target
--   last_outcome text: how it ended: accepted, temporary or permanent
--   last_code integer: SMTP reply code
--   last_attempt_at time: when that was
--   why text: one sentence, in the mail's language: why its reader was mailed; null until it is sent
--   evidence json: what decided: level, topics and entities asked for; once sent names, seed, similarity, news
create view alert_log as
select
    a.id as alert_id,
    u.key as subscription,
    e.id as event_id,
    a.event_id as alerted_event_id,
    e.title as event_title,
    cast(e.level as integer) as event_level,
    a.reason,
    a.revision,
    a.state,
    a.created_at,
    a.due_at,
    a.sent_at,
    round((julianday(a.sent_at) - julianday(a.created_at)) * 1440, 1) as minutes_to_send,
    round((julianday(a.sent_at) - julianday(was.created_at)) * 1440, 1) as minutes_since_event,
    a.attempts,
    (a.batch_key is not null) as is_digest,
    d.channel as last_channel,
    d.outcome as last_outcome,
    d.code as last_code,
    d.attempted_at as last_attempt_at,
    a.why,
    a.evidence
from alerts as a
inner join subscriptions as u on a.subscription_id = u.id
inner join events as was on a.event_id = was.id
inner join events as e on coalesce(was.merged_into, was.id) = e.id
left join deliveries as d
    on d.id = (
            select max(tried.id)
            from deliveries as tried
            where tried.alert_id = a.id
        );
