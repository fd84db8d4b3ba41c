-- question: Which outlets tell events first, and how many hours ahead of the second?
-- about: outlets
-- grain: one row per outlet that told at least one event of two or more outlets
-- caveat: times are what feeds claim
-- chart: bar outlet first_count
select
    outlet,
    count(*) as event_count,
    count(*) filter (where is_first) as first_count,
    round(avg(hours_ahead), 2) as mean_hours_ahead,
    round(avg(hours_behind), 2) as mean_hours_behind
from source_speed
where outlet_count >= 2
group by outlet
order by first_count desc, event_count desc, outlet asc
limit 50;
