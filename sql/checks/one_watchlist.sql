-- wrong: not exactly one watchlist counts as current
-- do: run `newswatch sync`
select
    count(*) as watchlist_count,
    count(*) filter (where is_current) as current_count
from watchlists
having count(*) > 0 and count(*) filter (where is_current) <> 1;
