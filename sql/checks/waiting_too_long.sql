-- wrong: stories that have waited for more than six hours for their language, judgement or event (broken ones apart)
-- do: look at `newswatch query steps_this_week` for the step that does not run
-- julianday: no index can serve it, so the planners take the small partial indexes of what waits
select
    'detect' as step,
    count(*) as story_count,
    min(s.seen_at) as oldest_at
from stories as s
where s.language is null and julianday(s.seen_at) < julianday('now') - 0.25
    and not exists (
        select 1
        from faults as f
        where f.step in ('detect', 'match') and f.item_kind = 'story' and f.item_id = s.id
    )
having count(*) > 0
union all
select
    'match' as step,
    count(*) as story_count,
    min(s.seen_at) as oldest_at
from stories as s
where s.judged_at is null and julianday(s.seen_at) < julianday('now') - 0.25
    and not exists (
        select 1
        from faults as f
        where f.step in ('detect', 'match') and f.item_kind = 'story' and f.item_id = s.id
    )
having count(*) > 0
union all
select
    'cluster' as step,
    count(*) as story_count,
    min(j.matched_at) as oldest_at
from matches as j
where j.is_current and j.level >= 1 and j.clustered_at is null and julianday(j.matched_at) < julianday('now') - 0.25
    and not exists (
        select 1
        from faults as f
        where f.step = 'cluster' and f.item_kind = 'story' and f.item_id = j.story_id
    )
having count(*) > 0;
