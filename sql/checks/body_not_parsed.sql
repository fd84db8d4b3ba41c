-- wrong: a feed document that has waited for more than six hours to be parsed, or was erased before
-- do: see whether `parse` runs
select
    id as body_id,
    feed_id,
    fetched_at,
    size
from bodies
where parsed_at is null and (fetched_at < datetime('now', '-6 hours') or content is null)
order by id;
