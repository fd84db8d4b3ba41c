-- wrong: an amount of a story that is not for us, or with impossible offsets
-- do: run `newswatch rematch` over these days; when it stays, report it
select
    f.id as fact_id,
    f.story_id,
    f.written,
    f.start_offset,
    f.end_offset,
    j.level
from facts as f
left join matches as j on f.story_id = j.story_id and j.is_current
where j.id is null or j.level < 1 or f.end_offset <= f.start_offset or f.start_offset < 0
order by f.id;
