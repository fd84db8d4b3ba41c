-- wrong: something is put off for longer than anything may be: a clock was wrong when it was stored
-- do: see that the clock is right; each is taken for due, and put right by the next run of its step
select
    'next_fetch_at' as what,
    cast(id as text) as subject,
    next_fetch_at as until
from feeds
where
    enabled and state <> 'gone'
    and (next_fetch_at > datetime('now', '+193 hours') or last_fetch_at > datetime('now', '+1 hours'))
union all
select
    'claimed_until' as what,
    cast(id as text) as subject,
    claimed_until as until
from feeds
where claimed_until > datetime('now', '+6 hours')
union all
select
    'not_before' as what,
    host as subject,
    not_before as until
from hosts
where not_before > datetime('now', '+49 hours')
union all
select
    'due_at' as what,
    cast(id as text) as subject,
    due_at as until
from alerts
where state = 'pending' and due_at > datetime('now', '+193 hours')
union all
select
    'enrich_after' as what,
    cast(id as text) as subject,
    enrich_after as until
from stories
where enrich_after > datetime('now', '+49 hours')
order by what, subject;
