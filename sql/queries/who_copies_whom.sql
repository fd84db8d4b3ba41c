-- question: Which outlets repeat whose stories, how much later, and how often in translation?
-- about: outlets
-- grain: one row per pair of outlets
select
    original_outlet,
    outlet,
    count(*) as copy_count,
    count(*) filter (where is_translation) as translated_count,
    round(avg(hours_later), 2) as mean_hours_later
from copies
where not is_same_outlet
group by original_outlet, outlet
order by copy_count desc, original_outlet asc, outlet asc
limit 100;
