-- wrong: a story that counts as judged but has no judgement
-- do: report it: judgement and mark are written in one transaction
select
    s.id as story_id,
    s.judged_at
from stories as s
where
    s.judged_at is not null
    and not exists (
        select 1
        from matches as j
        where j.story_id = s.id and j.is_current
    )
order by s.id;
