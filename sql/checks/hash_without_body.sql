-- wrong: a feed whose hash names a document that was never stored: it says "unchanged" of what nobody has read
-- do: run `fetch`; it reads such a feed whole at its next turn
select
    f.id as feed_id,
    f.title,
    f.body_hash,
    f.last_fetch_at
from feeds as f
where
    f.enabled and f.state <> 'gone' and f.body_hash is not null
    and not exists (
        select 1
        from bodies as b
        where b.feed_id = f.id and b.hash = f.body_hash
    )
order by f.id;
