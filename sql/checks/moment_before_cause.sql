-- wrong: something that is said to have happened more than an hour before what it came from
-- do: see whether runs were cleared or a clock was wrong; what is recorded from now on is right, report what goes on
select
    'judged before it was seen' as what,
    id as item_id,
    judged_at as at_time,
    seen_at as cause_at
from stories
where julianday(judged_at) < julianday(seen_at) - 1.0 / 24
union all
select
    'joined an event before it was seen' as what,
    x.story_id as item_id,
    x.joined_at as at_time,
    s.seen_at as cause_at
from event_stories as x
inner join stories as s on x.story_id = s.id
where julianday(x.joined_at) < julianday(s.seen_at) - 1.0 / 24
union all
select
    'parsed before it was fetched' as what,
    id as item_id,
    parsed_at as at_time,
    fetched_at as cause_at
from bodies
where julianday(parsed_at) < julianday(fetched_at) - 1.0 / 24
union all
select
    'sent before it was decided' as what,
    id as item_id,
    sent_at as at_time,
    created_at as cause_at
from alerts
where julianday(sent_at) < julianday(created_at) - 1.0 / 24
order by what, item_id;
